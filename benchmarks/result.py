# Copyright (c) 2026 source-twitter-ads contributors, MIT licensed.
"""The options of a benchmark and the result of a case: runs, checks, notes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median

from benchmarks.contenders import OURS
from benchmarks.measure import Sample


@dataclass(frozen=True)
class Options:
    """The options of the command line.

    Attributes:
        scale: share of the full size.
        repeats: runs of each fast contender.
        slow_repeats: runs of each slow peer.
        singer: the Singer tap's command, None where it is skipped.
    """

    scale: float
    repeats: int
    slow_repeats: int
    singer: str | None

    def size(self, full: int) -> int:
        """A number of rows, scaled."""
        return max(int(full * self.scale), 1)


@dataclass
class Result:
    """The result of a case.

    Attributes:
        samples: runs by contender.
        checks: (what, figure, bound, whether it is met).
        notes: sentences for the reader of the results.
    """

    title: str
    samples: dict[str, list[Sample]] = field(default_factory=dict)
    checks: list[tuple[str, str, str, bool]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def at_least(self, what: str, value: float, bound: float) -> None:
        """Add a check: the figure must not be smaller than the bound."""
        self.checks.append((what, f"{value:.2f}×", f"≥ {bound:g}×", value >= bound))

    def at_most(self, what: str, value: float, bound: float, unit: str = "×") -> None:
        """Add a check: the figure must not be larger than the bound."""
        self.checks.append((what, f"{value:.2f}{unit}", f"≤ {bound:g}{unit}", value <= bound))

    def is_so(self, what: str, value: object, met: bool) -> None:
        """Add a check that is met or not, without a figure."""
        self.checks.append((what, str(value), "yes", met))

    def all_ran(self, name: str, runs: int, records: int | None = None) -> None:
        """Add a check: so many runs of a contender finished, each with the expected number of records.

        Without this check a contender that always fails would have no figure, and no check would fail.
        """
        finished = self.samples.get(name, [])
        good = [sample for sample in finished if records in (None, sample.records)]
        what = f"runs of {name} that finished" if records is None else f"runs of {name} with all {records:,} records"
        self.is_so(what, f"{len(good)} of {runs}", len(good) == runs > 0)

    def middle(self, name: str, figure: Callable[[Sample], float]) -> float | None:
        """The median of a contender's figure, None where it did not run."""
        return median(map(figure, self.samples[name])) if self.samples.get(name) else None

    def compare(self, name: str, bound: float) -> None:
        """Compare the connector's speed with another's, and note the ratio of the whole processes."""
        ours, theirs = self.middle(OURS, lambda s: s.speed), self.middle(name, lambda s: s.speed)
        if ours and theirs:
            self.at_least(f"records/s, ours / {name}", ours / theirs, bound)
        ours, theirs = self.middle(OURS, lambda s: s.whole_speed), self.middle(name, lambda s: s.whole_speed)
        if ours and theirs:
            self.notes.append(f"With the start of the process, ours / {name} is {ours / theirs:.2f}×.")
