"""The quick distance agrees with the engine's own measure on explanations."""

from __future__ import annotations

import itertools

import pytest

from tests.small_pack import BASE, opened, spawn
from trainer.engine import load_rules
from trainer.engine.evaluate import satisfied
from trainer.grading import nearest_event
from trainer.grading.nearest import distance
from trainer.source import SourceFile

CHECKS = [
    "proc.name = sh",
    "not proc.name = sh",
    "evt.type = execve",
    "fd.name startswith /etc",
    "container",
    "proc.pname exists",
]
EVENTS = [
    spawn(1, "a", "web", "sh"),
    spawn(2, "a", "web", "cat", **{"proc.pname": "sh"}),
    opened(3, "a", "web", "sh", "/etc/shadow"),
    opened(4, "a", "web", "cat", "/tmp/x"),
]


def _rules(condition: str) -> SourceFile:
    text = f"- rule: R\n  desc: x\n  condition: {condition}\n  output: x\n  priority: INFO\n"
    return SourceFile("falco_rules.local.yaml", text)


@pytest.mark.parametrize("shape", ["{} and {} and {}", "{} or {} and {}", "({} or {}) and {}", "not ({} and {}) or {}"])
def test_distance_is_the_engines_measure(shape: str) -> None:
    for checks in itertools.permutations(CHECKS, 3):
        result = load_rules([SourceFile("base.yaml", BASE), _rules(shape.format(*checks))])
        rule = result.ruleset.rule("R")
        assert rule is not None
        for event in EVENTS:
            assert distance(rule.condition, event) == satisfied(result.ruleset.explain("R", event)), (checks, event.num)


def test_nearest_event_prefers_and_says_none() -> None:
    ruleset = load_rules([_rules("proc.name = zsh and evt.type = execve")]).ruleset
    assert nearest_event(ruleset, "R", []) is None
    near = nearest_event(ruleset, "R", EVENTS)
    assert near is not None
    assert near.num == 1
    liked = nearest_event(ruleset, "R", EVENTS, lambda event: event.num == 2)
    assert liked is not None
    assert liked.num == 2
    with pytest.raises(KeyError):
        nearest_event(ruleset, "no such rule", EVENTS)
