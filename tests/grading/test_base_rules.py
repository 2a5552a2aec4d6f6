"""The rules that the core pack's node carries, on recordings of the core pack."""

from __future__ import annotations

from trainer.content import core_pack_folder, load_pack, load_scenario
from trainer.engine import load_rules
from trainer.grading import recording_of


def test_a_program_that_is_moved_is_reported_with_both_its_paths() -> None:
    """``fs.path.name`` is empty for rename and its kin."""
    pack, _ = load_pack(core_pack_folder())
    assert pack is not None
    ruleset = load_rules((pack.base_rules,)).ruleset
    events = recording_of(load_scenario("drift", 0, pack.folder)).events
    moved = [event for event in events if event.type.startswith("rename")]
    assert moved
    assert all("fs.path.name" not in event.fields for event in moved)
    alerts = [alert for event in moved for alert in ruleset.match(event)]
    assert [alert.rule for alert in alerts] == ["Program in a program directory moved or removed"]
    assert "from=/usr/bin/nproc.new to=/usr/bin/nproc " in alerts[0].output
