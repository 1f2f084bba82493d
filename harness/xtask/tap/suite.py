"""Tests by name, each on something new; one TAP line each."""

import traceback


class Suite:
    """Tests, each run within what `fresh` makes of the words it is noted with."""

    def __init__(self, fresh):
        self.fresh = fresh
        self.tests = []

    def test(self, *words):
        """A test that is run once for each of `words`; its documentation string is its name."""

        def note(function):
            self.tests.extend((function, word) for word in words)
            return function

        return note

    def run(self):
        """Runs each test, and tells how many failed."""
        failed = 0
        for number, (function, word) in enumerate(self.tests, 1):
            name = f"{word}: {function.__doc__.strip()}"
            try:
                with self.fresh(word) as subject:
                    function(subject)
                print(f"ok {number} - {name}", flush=True)
            except Exception:
                failed += 1
                print(f"not ok {number} - {name}", flush=True)
                print("".join(f"# {line}\n" for line in traceback.format_exc().splitlines()), end="", flush=True)
        print(f"1..{len(self.tests)}")
        return failed
