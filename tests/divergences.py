"""docs/divergences.md as data, and the mark of the tests that hold its rows."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeAlias

import pytest

from tests.conformance_data import ROOT

HELD: set[str] = set()
"""First cells of the rows that a test was marked with."""

Row: TypeAlias = tuple[str, ...]


def divergence_rows() -> dict[str, list[Row]]:
    """The rows of the tables by section: what, Falco, here, why."""
    sections: dict[str, list[Row]] = {}
    rows: list[Row] = []
    for line in (ROOT / "docs" / "divergences.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            rows = sections.setdefault(line[3:], [])
        elif line.startswith("|") and not re.fullmatch(r"[|: -]+", line):
            rows.append(tuple(cell.strip() for cell in line.strip("|").split("|")))
    return {title: rows[1:] for title, rows in sections.items()}


def divergence(what: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The test asserts what Falco does, for the row of this first cell, and fails: with an assertion, not with any other error."""
    HELD.add(what)
    mark: Callable[[Callable[..., Any]], Callable[..., Any]] = pytest.mark.xfail(strict=True, raises=AssertionError, reason=what)
    return mark
