"""Agreement with the recorded Falco: every data file, level by level. ``python -m tests.conformance_report`` prints the table.

It ends with 1 when a case differs that tests/conformance_excluded.py does not list. Arguments: files or levels whose cases are named.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from tests.conformance_data import conformance_folder
from tests.conformance_engine import ENGINE_JUDGES, Judgement
from tests.conformance_excluded import EXCLUDED
from tests.conformance_rules import RULES_JUDGES

JUDGES = ENGINE_JUDGES | RULES_JUDGES


@dataclass
class Table:
    """Agreement of one data file: cases of each level, and those that differ."""

    name: str
    cases: Counter[str] = field(default_factory=Counter)
    differing: dict[str, set[str]] = field(default_factory=dict)

    def add(self, judgements: Iterable[Judgement]) -> None:
        for level, case, same in judgements:
            self.cases[level] += 1
            if not same:
                self.differing.setdefault(level, set()).add(case)

    def differs(self, level: str) -> set[str]:
        return self.differing.get(level, set())

    def excluded(self, level: str) -> set[str]:
        """The cases that are listed as differing, whether they do or not."""
        return set(EXCLUDED.get(self.name, {}).get(level, {}))

    def unexplained(self) -> Iterator[tuple[str, str]]:
        for level in self.cases:
            for case in sorted(self.differs(level) - self.excluded(level)):
                yield level, case

    def mended(self) -> Iterator[tuple[str, str]]:
        """Listed cases that agree, or are no cases of the file."""
        for level in EXCLUDED.get(self.name, {}):
            for case in sorted(self.excluded(level) - self.differs(level)):
                yield level, case


@lru_cache
def table(name: str) -> Table:
    """The agreement of one data file, judged once a process."""
    found = Table(name)
    found.add(JUDGES[name]())
    return found


def problems(name: str, least: dict[str, int]) -> list[str]:
    """What a test of a data file finds wrong; ``least`` has the number of cases that each level must have."""
    found = table(name)
    return [
        *(f"{level}: {case} differs" for level, case in found.unexplained()),
        *(f"{level}: {case} is excluded, but agrees or is no case" for level, case in found.mended()),
        *(f"{level}: {found.cases[level]} cases" for level, cases in least.items() if found.cases[level] < cases),
        *(f"{level}: no number of cases" for level in found.cases if level not in least),
    ]


def _lines(found: Table, shown: Iterable[str]) -> Iterator[str]:
    for level, cases in found.cases.items():
        differs = found.differs(level)
        listed = len(differs & found.excluded(level))
        yield f"{found.name:<16} {level:<16} {cases:>6} {cases - len(differs):>6} {listed:>8}"
        if found.name in shown or level in shown:
            yield from (f"    {case}" for case in sorted(differs))


def main(arguments: list[str]) -> int:
    if not conformance_folder().is_dir():
        print(f"no conformance data: set CKS_CONFORMANCE ({conformance_folder()} is absent)", file=sys.stderr)
        return 2
    print(f"{'file':<16} {'level':<16} {'cases':>6} {'agree':>6} {'excluded':>8}")
    tables = []
    for name in JUDGES:
        tables.append(table(name))
        print(*_lines(tables[-1], arguments), sep="\n", flush=True)
    total = sum(found.cases.total() for found in tables)
    differing = sum(len(found.differs(level)) for found in tables for level in found.cases)
    print(f"{'all':<33} {total:>6} {total - differing:>6}")
    print("\nexcluded:")
    for found in tables:
        for level, reasons in EXCLUDED.get(found.name, {}).items():
            for case, reason in reasons.items():
                print(f"  {found.name}, {level}: {case}: {reason}")
    for title, kind in (("differ, and are not excluded:", Table.unexplained), ("excluded, but agree:", Table.mended)):
        lines = [f"  {found.name}, {level}: {case}" for found in tables for level, case in kind(found)]
        if lines:
            print("", title, *lines, sep="\n")
    return 1 if any(True for found in tables for _ in found.unexplained()) else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
