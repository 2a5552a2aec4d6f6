"""Agreement with the recorded Falco may only grow: a case less is a failure. Figures are of 2026-11, see tests/conformance_report.py."""

from __future__ import annotations

import pytest

from tests import conformance_report as report

FLOORS = {
    "loader": {"verdict": 97, "codes": 97, "messages": 97, "place": 97, "json": 97, "rules": 73, "lists": 73},
    "loader-extra": {
        "verdict": 170,
        "codes": 169,
        "messages": 169,
        "place": 169,
        "json": 169,
        "rules": 96,
        "lists": 96,
        "fatal text": 1,
    },
    "validation": {"verdict": 600, "codes": 592, "messages": 592, "place": 592, "json": 592, "text": 592, "fatal text": 5},
    "official": {"verdict": 3, "counts": 3, "condition": 93, "output": 93},
    "evaluation": {"loads": 15, "fired": 668, "output": 1692, "fields": 1695, "tags": 1695},
}


def check(table: report.Table) -> None:
    for level, floor in FLOORS[table.name].items():
        assert table.agree[level] >= floor, (level, table.differing.get(level, [])[:20])


@pytest.mark.parametrize("name", ["loader", "loader-extra"])
def test_loader(name: str) -> None:
    table = report.Table(name)
    for case in report.loader_cases(name):
        report.compare(case, table)
    check(table)


def test_validation() -> None:
    table = report.Table("validation")
    for case in report.validation_cases():
        report.compare(case, table)
    check(table)


def test_official_rules() -> None:
    check(report.official_table())


def test_evaluation() -> None:
    check(report.evaluation_table())


def test_learner_mode_finds_at_least_what_falco_finds() -> None:
    """In the learner's mode every error of Falco's is there too, beside others."""
    for case in report.validation_cases():
        if not case.results or len(case.files) > 1:
            continue
        result = report.load_case(case, "learner")
        messages = {diagnostic.message for diagnostic in result.diagnostics}
        strict = {error.message for file in report.load_case(case).files for error in file.errors}
        assert strict <= messages, case.id
