"""The lints on rules that were not written for them: what they say there is true, and all that they say is listed here."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.conformance_data import conformance_path
from trainer.diagnostics import Severity
from trainer.engine import load_rules
from trainer.source import SourceFile, read_source

ROOT = Path(__file__).resolve().parent.parent.parent
OFFICIAL = ("falco_rules.yaml", "falco-incubating_rules.yaml", "falco-sandbox_rules.yaml")
WARNINGS = {
    "falco_rules.yaml": ["TRN_NEVER_MATCHES: proc.name is never `/usr/sbin/spamd`"],
    "falco-incubating_rules.yaml": [],
    "falco-sandbox_rules.yaml": [
        "TRN_NEVER_MATCHES: proc.name is never `probe_rpmverifyfile`",
        "TRN_NEVER_MATCHES: proc.pname never matches `startswith bash /var/lib/waagent/`",
        "TRN_NEVER_MATCHES: proc.aname is never `30store-metadata`",
        "TRN_SHADOWED: the earlier rule `Launch Suspicious Network Tool in Container` answers every event of this rule",
    ],
}
"""But for the prefixes, which are many and are counted below."""
COUNTS = {
    "falco_rules.yaml": {"TRN_PREFIX_TRAP": 1, "TRN_NO_CONTAINER": 13, "TRN_IMAGE_NO_REGISTRY": 4},
    "falco-incubating_rules.yaml": {"TRN_PREFIX_TRAP": 7, "TRN_NO_CONTAINER": 14, "TRN_IMAGE_NO_REGISTRY": 1},
    "falco-sandbox_rules.yaml": {"TRN_PREFIX_TRAP": 68, "TRN_NO_CONTAINER": 21, "TRN_IMAGE_NO_REGISTRY": 4},
}


@pytest.mark.parametrize("name", OFFICIAL)
def test_official_rules(name: str) -> None:
    files = [read_source(conformance_path("official", file), file) for file in OFFICIAL[: OFFICIAL.index(name) + 1]]
    notes = [found for found in load_rules(files).diagnostics if found.code.startswith("TRN_")]
    warnings = [n for n in notes if n.severity is not Severity.INFO and n.code.value not in COUNTS[name]]
    assert [f"{note.code.value}: {note.message}" for note in warnings] == WARNINGS[name]
    assert Counter(note.code.value for note in notes if note not in warnings) == COUNTS[name]


@pytest.mark.parametrize("path", sorted((ROOT / "exercises").glob("*/reference.yaml")), ids=lambda path: path.parent.name)
def test_reference_answers_have_no_notes(path: Path) -> None:
    base = read_source(ROOT / "exercises" / "base" / "falco_rules.yaml", "falco_rules.yaml")
    text = path.read_text(encoding="utf-8")
    found = load_rules([base, SourceFile("reference.yaml", text)]).diagnostics
    assert not [note for note in found if note.code.startswith("TRN_")]
