"""Reads the JUnit and the JSON report of one run with programs that nobody here wrote, and compares them.

    read_reports.py REPORT.xml SCHEMA.xsd REPORT.json SCHEMA.json

Prints one TAP line per check; exits 1 when one of them fails.
"""

import json
import sys

import jsonschema
import junitparser
import xmlschema

JUNIT_OF = {
    "pass": None,
    "fail": junitparser.Failure,
    "inconclusive": junitparser.Error,
    "skipped": junitparser.Skipped,
    "not-applicable": junitparser.Skipped,
    "trouble": junitparser.Error,
}


class Checks:
    """Counts and prints, in TAP."""

    def __init__(self):
        self.count = self.failed = 0

    def expect(self, name, seen):
        """A check that holds when there is nothing to be seen."""
        self.count += 1
        self.failed += bool(seen)
        print(f"{'not ok' if seen else 'ok'} {self.count} - {name}")
        if seen:
            print(f"# seen: {seen}")


def schema_errors(report, schema):
    validator = jsonschema.validators.validator_for(schema)
    validator.check_schema(schema)
    return [f"{error.json_path}: {error.message}" for error in validator(schema).iter_errors(report)][:5]


def verdict(case):
    return case["end"].get("judged", {}).get("verdict", "trouble")


def junit_cases(path):
    """Every test case by its name, and the kinds of result that it has."""
    found = {}
    for suite in junitparser.JUnitXml.fromfile(path):
        for case in suite:
            found[case.name] = [type(result) for result in case.result]
    return found


def differences(report, read_back):
    """Scenarios whose JUnit result is not the one that their verdict asks for."""
    different = []
    for case in report["cases"]:
        wanted = junitparser.Skipped if case["known"] else JUNIT_OF[verdict(case)]
        results = read_back.get(case["id"])
        if results != ([wanted] if wanted else []):
            different.append((case["id"], verdict(case), str(results)))
    return different


def main(junit, xsd, report, schema):
    checks = Checks()
    with open(report, encoding="utf-8") as file:
        report = json.load(file)
    with open(schema, encoding="utf-8") as file:
        schema = json.load(file)

    checks.expect("the JSON report validates against its schema", schema_errors(report, schema))
    checks.expect("and an altered one does not", "" if schema_errors(dict(report, cases="none"), schema) else "accepted")

    errors = [str(error) for error in xmlschema.XMLSchema(xsd).iter_errors(junit)]
    checks.expect("the JUnit report validates against its XSD", errors[:3])

    counts = report["counts"]
    poor = {name: count for name, count in counts.items() if count and name not in ("pass", "not_applicable")}
    checks.expect("at least 45 scenarios pass, and none ends otherwise", poor or (counts["pass"] < 45 and counts))

    read_back = junit_cases(junit)
    extra = sorted(set(read_back) - {case["id"] for case in report["cases"]})
    checks.expect("junitparser reads back every scenario with its verdict", differences(report, read_back)[:5])
    checks.expect("and no other", extra)

    print(f"1..{checks.count}")
    return 1 if checks.failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
