"""No text that was not written for an exercise passes it: no rule that fires on everything, none of Falco's own, no starter of another.

Each foreign condition is put into the exercise's own reference, so that names, priorities and outputs are right: only behaviour is left
to tell it from an answer.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache

import pytest

from tests.conformance_data import conformance_path
from trainer.content import Exercise, Pack, core_pack_folder, fill_exercise, load_pack, load_scenario
from trainer.engine import load_rules
from trainer.engine.filter import to_string
from trainer.grading.grader import Grader
from trainer.grading.report import LEARNER_FILE, Submission
from trainer.grading.run import recording_of
from trainer.source import SourceFile, YamlMapping, YamlScalar, YamlSequence, compose, read_source

UNIVERSAL = (
    "evt.type exists",
    "evt.num >= 0",
    "proc.name exists",
    "container.id exists",
    "container.id != host",
    "not evt.num < 0",
    "evt.type != never",
    "evt.type exists and container.id != host",
    "evt.failed = false",
    "fd.name exists or proc.cmdline exists",
    "evt.num < 0",
)
OFFICIAL = ("falco_rules.yaml", "falco-incubating_rules.yaml", "falco-sandbox_rules.yaml")


@cache
def core_pack() -> Pack:
    pack, _ = load_pack(core_pack_folder())
    assert pack is not None
    return pack


@cache
def foreign_conditions() -> tuple[tuple[str, str], ...]:
    """Who wrote it, and the condition, complete in itself: Falco's rules, those of the exam node, and all starters'."""
    compiled = json.loads(conformance_path("official", "compiled.json").read_text(encoding="utf-8"))
    found = [("everything", condition) for condition in UNIVERSAL]
    found += [(rule["name"], rule["condition_compiled"]) for name in OFFICIAL for rule in compiled[name]["rules"]]
    base = core_pack().base_rules
    found += [(rule.name, to_string(rule.condition.expr)) for rule in load_rules([base]).ruleset.rules]
    return tuple(dict.fromkeys(found))


def slugs() -> list[str]:
    return [exercise.slug for exercise in core_pack().exercises]


class Attempts:
    """Grades texts for one exercise, on the recording of its seed 0."""

    def __init__(self, exercise: Exercise) -> None:
        self.scenario = load_scenario(exercise.scenario, 0, core_pack().folder)
        self.exercise = fill_exercise(exercise, self.scenario.variables)
        self.recording = recording_of(self.scenario)
        self.answers = {name: file.text for name, file in self.exercise.starter_answers.items()}
        self.good_answers = {name: file.text for name, file in self.exercise.reference_answers.items()}

    def passes(self, text: str, *, good_answers: bool = True) -> bool:
        answers = self.good_answers if good_answers else self.answers
        grader = Grader(self.exercise, Submission.of_rules(text, answers), core_pack().base_rules, scenario=self.scenario)
        for event in self.recording.events:
            grader.feed(event)
        return grader.finish(self.recording.actions).passed

    def with_condition(self, condition: str) -> str | None:
        """The reference with this condition in each of its rules; None where it has no condition."""
        text = self.exercise.reference.text
        places = list(_conditions(SourceFile(LEARNER_FILE, text)))
        for node in sorted(places, key=lambda node: -node.span.start):
            text = f"{text[: node.span.start]}{json.dumps(condition)}\n{text[node.span.end :]}"
        return text if places else None


def _conditions(file: SourceFile) -> Iterator[YamlScalar]:
    for document in compose(file).documents:
        for item in document.items if isinstance(document, YamlSequence) else ():
            if isinstance(item, YamlMapping) and item.get("rule") is not None:
                condition = item.get("condition")
                if isinstance(condition, YamlScalar):
                    yield condition


@pytest.mark.parametrize("slug", slugs())
def test_only_what_was_written_for_an_exercise_passes_it(slug: str) -> None:
    exercise = next((one for one in core_pack().exercises if one.slug == slug), None)
    assert exercise is not None
    attempts = Attempts(exercise)
    assert attempts.passes(attempts.exercise.reference.text)
    passed: list[str] = []
    for who, condition in foreign_conditions():
        text = attempts.with_condition(condition)
        if text is not None and attempts.passes(text):
            passed.append(f"{who}: {condition}")
    for other in core_pack().exercises:
        starter = fill_exercise(other, load_scenario(other.scenario, 0, core_pack().folder).variables).starter.text
        if attempts.passes(starter, good_answers=False):
            passed.append(f"the starter of {other.slug}")
    for name in OFFICIAL[:1]:  # as it is; the conditions of all three are above
        if attempts.passes(read_source(conformance_path("official", name)).text, good_answers=False):
            passed.append(name)
    assert passed == []
