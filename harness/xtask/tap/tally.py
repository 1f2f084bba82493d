"""Checks as they come, one TAP line each."""


class Tally:
    """How many checks there were, and how many of them failed."""

    def __init__(self):
        self.count = 0
        self.failed = 0

    def check(self, good, what):
        """Counts one that is `good`, or is not."""
        self.count += 1
        self.failed += not good
        print(f"{'ok' if good else 'not ok'} {self.count} - {what}", flush=True)

    def end(self):
        """Says how many there were, and gives the exit code."""
        print(f"1..{self.count}", flush=True)
        return 1 if self.failed or not self.count else 0
