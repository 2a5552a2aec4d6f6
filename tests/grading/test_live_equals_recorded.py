"""A live run and the recording of the same scenario and seed give the same verdict on every criterion, for every file of the pack."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from tests.docker_engine import needs_docker
from trainer.capture import run_scenario
from trainer.content import Exercise, core_pack_folder, load_pack, load_scenario
from trainer.events import Event, read_recording
from trainer.grading import Grader, Submission
from trainer.source import SourceFile

_PACK, _ = load_pack(core_pack_folder())
assert _PACK is not None
PACK = _PACK


def verdicts(exercise: Exercise, rules: SourceFile, events: Iterable[Event]) -> dict[str, str]:
    grader = Grader(exercise, Submission({"falco_rules.local.yaml": rules}), PACK.base_rules)
    for event in events:
        grader.feed(event)
    return {result.criterion_id: result.outcome.value for result in grader.finish().criteria}


@pytest.mark.docker
@pytest.mark.xdist_group("docker")
@needs_docker
@pytest.mark.parametrize("name", PACK.scenarios)
def test_same_verdicts(name: str) -> None:
    live: list[Event] = []
    captured = run_scenario(load_scenario(name, 0, PACK.folder), live.append)
    assert [action.error for action in captured.actions] == [None] * len(captured.actions)
    assert {event.action for event in live} >= {action.id for action in captured.actions}
    recording = read_recording(PACK.folder / "scenarios" / name / "recordings" / "seed-0.jsonl")
    assert recording.header.scenario_digest in ("", captured.header.scenario_digest), "record the scenario again"
    recorded = recording.events
    exercises = [exercise for exercise in PACK.exercises if exercise.scenario == name]
    assert exercises
    for exercise in exercises:
        for rules in (exercise.starter, exercise.reference, *(decoy.file for decoy in exercise.decoys)):
            assert verdicts(exercise, rules, live) == verdicts(exercise, rules, recorded), (exercise.slug, rules.name)
