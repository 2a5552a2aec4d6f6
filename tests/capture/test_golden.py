"""Recorded strace text of real containers gives the events that a real Falco showed for the same actions."""

from __future__ import annotations

import pytest

from tests.capture.golden import TRACES, differences
from tests.conformance_data import conformance_path

NAMES = sorted(path.stem for path in TRACES.glob("*.strace"))


@pytest.mark.parametrize("name", NAMES)
def test_events_as_falco_shows_them(name: str) -> None:
    golden = conformance_path("capture", "events", f"{name}.jsonl")
    assert list(differences(name, golden)) == []
