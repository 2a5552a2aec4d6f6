"""Loading and evaluating rules as the recorded Falco did: what differs is listed in tests/conformance_excluded.py, and nothing else."""

from __future__ import annotations

import pytest

from tests import conformance_rules as rules
from tests.conformance_data import conformance_path
from tests.conformance_report import JUDGES, problems

LEAST = {
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
    "evaluation": {"loads": 15, "fired": 670, "output": 1696, "fields": 1696, "tags": 1696},
}


@pytest.mark.parametrize("name", LEAST)
def test_rules_files(name: str) -> None:
    assert problems(name, LEAST[name]) == []


def test_every_data_file_has_a_judge() -> None:
    files = {path.stem for path in conformance_path().glob("*.jsonl")}
    assert len(files) >= 12
    assert files <= set(JUDGES)


def test_learner_mode_finds_at_least_what_falco_finds() -> None:
    """In the learner's mode every error of Falco's is there too, beside others."""
    for case in rules.validation_cases():
        if not case.results or len(case.files) > 1:
            continue
        result = rules.load_case(case, "learner")
        messages = {diagnostic.message for diagnostic in result.diagnostics}
        strict = {error.message for file in rules.load_case(case).files for error in file.errors}
        assert strict <= messages, case.id
