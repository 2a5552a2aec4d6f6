"""Recorded strace text of real containers gives the events that a real Falco showed for the same actions."""

from __future__ import annotations

import json

import pytest

from tests.capture.golden import differences
from tests.capture.trace_files import TRACES, load
from tests.conformance_data import conformance_cases, conformance_path

NAMES = sorted(path.stem for path in TRACES.glob("*.strace"))


@pytest.mark.parametrize("name", NAMES)
def test_events_as_falco_shows_them(name: str) -> None:
    text = conformance_path("capture", "events", f"{name}.jsonl").read_text(encoding="utf-8")
    head, events = load(name)
    full = next(case["full"] for case in conformance_cases("capture/cases.jsonl") if case["id"] == name)
    assert list(differences([json.loads(line) for line in text.splitlines()], events, trim=head["trim"], full=full)) == []
