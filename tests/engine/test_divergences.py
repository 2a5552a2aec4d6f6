"""Each known divergence of the rule language, as a strict xfail: mending one means taking it out of docs/divergences.md."""

from __future__ import annotations

import pytest

from tests.conformance_excluded import EXCLUDED
from tests.conformance_report import JUDGES, table
from tests.divergences import divergence_rows

REASONS = {reason for levels in EXCLUDED.values() for cases in levels.values() for reason in cases.values()}


@pytest.mark.parametrize(
    "name, level, case",
    [
        pytest.param(
            name,
            level,
            case,
            id=f"{name}-{level}-{case}",
            marks=pytest.mark.xfail(strict=True, raises=AssertionError, reason=reason),
        )
        for name, levels in EXCLUDED.items()
        for level, cases in levels.items()
        for case, reason in cases.items()
    ],
)
def test_the_case_agrees(name: str, level: str, case: str) -> None:
    assert case not in table(name).differs(level)


def test_the_list_names_files_that_are_judged() -> None:
    assert set(EXCLUDED) <= set(JUDGES)


def test_the_reasons_are_those_of_the_document() -> None:
    rows = divergence_rows()["Rule language"]
    assert {row[3] for row in rows} == REASONS
    assert len(rows) == len(REASONS)
