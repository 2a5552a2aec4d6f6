"""Mutation testing: a reference's small mistakes are found where events tell them apart, and asked for where none does."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.small_pack import BASE, EXERCISE, REFERENCE, opened, recording, shell_results, spawn, write_pack
from trainer.content import Pack, load_pack
from trainer.engine import load_rules
from trainer.events import Event, Recording, write_recording
from trainer.grading.mutants import ExerciseMutants, Fate, run_mutants
from trainer.grading.mutations import condition_mutants
from trainer.source import SourceFile

RULE = """\
- rule: R
  desc: d
  condition: {condition}
  output: "%proc.name"
  priority: WARNING
"""


def read(folder: Path) -> Pack:
    pack, found = load_pack(folder)
    assert pack is not None
    assert pack.exercises, [diagnostic.message for diagnostic in found]
    return pack


def run(folder: Path, **changed: str) -> ExerciseMutants:
    pack = read(write_pack(folder, **changed))
    return run_mutants(pack, pack.exercises[0])


def fates(found: ExerciseMutants) -> dict[str, Fate]:
    return {result.mutant.name.partition(": ")[2]: result.fate for result in found.results}


def details(found: ExerciseMutants) -> dict[str, str]:
    return {result.mutant.name.partition(": ")[2]: result.detail for result in found.results}


def mutants(condition: str, *events: Event) -> dict[str, str]:
    """What each mutant does, and its text."""
    file = SourceFile("local.yaml", RULE.format(condition=condition))
    ruleset = load_rules((SourceFile("falco_rules.yaml", BASE), file)).ruleset
    return {mutant.what: mutant.text for mutant in condition_mutants(file, ruleset, events)}


def test_a_mutant_that_the_events_tell_apart_is_killed(tmp_path: Path) -> None:
    found = fates(run(tmp_path))
    assert found['without `container.name = "web"`'] is Fate.KILLED
    assert found["without `proc.name in (shells)`"] is Fate.KILLED
    assert found["priority WARNING becomes NOTICE"] is Fate.KILLED
    assert found["without %user.uid in the output"] is Fate.KILLED
    assert found['`container.name = "web"` becomes `container`'] is Fate.KILLED


def test_a_survivor_is_told_with_the_event_that_is_missing(tmp_path: Path) -> None:
    found = run(tmp_path)
    assert fates(found)['`container.name = "web"` with `startswith` instead of `=`'] is Fate.SURVIVED
    detail = details(found)['`container.name = "web"` with `startswith` instead of `=`']
    assert "web-2" in detail
    assert "take action sh-in-web (event 2: execve, sh -c id)" in detail


def test_the_event_that_was_asked_for_kills_it(tmp_path: Path) -> None:
    pack = read(write_pack(tmp_path))
    made = recording(0, "web")
    near = spawn(8, "sh-in-reports", "web-2", "sh", "-c date")
    path = tmp_path / "scenarios" / "shells" / "recordings" / "seed-0.jsonl"
    write_recording(Recording(made.header, (*made.events, near), shell_results()), path)
    assert fates(run_mutants(pack, pack.exercises[0]))['`container.name = "web"` with `startswith` instead of `=`'] is Fate.KILLED


def test_an_event_that_no_criterion_looks_at_is_named(tmp_path: Path) -> None:
    found = run(tmp_path, exercise=EXERCISE.replace("actions: [sh-in-reports, cat-in-web]", "actions: [sh-in-reports]"))
    assert fates(found)["without `proc.name in (shells)`"] is Fate.SURVIVED
    detail = details(found)["without `proc.name in (shells)`"]
    assert "fires now on action cat-in-web, event 6" in detail
    assert "name this action in a criterion" in detail


def test_what_the_task_leaves_free_is_equivalent(tmp_path: Path) -> None:
    lines = EXERCISE.split("  - id: line")
    free = lines[0] + "  - id: warning" + lines[1].split("  - id: warning")[1]
    found = run(tmp_path, exercise=free.replace("points: 10", "points: 8"))
    assert fates(found)["without %user.uid in the output"] is Fate.EQUIVALENT
    assert "free" in details(found)["without %user.uid in the output"]
    assert fates(found)["without the tag cks"] is Fate.EQUIVALENT


def test_an_accepted_survivor_has_its_reason_and_a_stale_one_is_told(tmp_path: Path) -> None:
    accepted = (
        "accepted_mutants:\n"
        "  - mutant: 'Shell in web: `container.name = \"${app}\"` with `startswith` instead of `=`'\n"
        "    reason: the scenario has one web container\n"
        "  - mutant: 'Shell in web: no such thing'\n"
        "    reason: it was there once\n"
    )
    found = run(tmp_path, exercise=EXERCISE + accepted)
    assert fates(found)['`container.name = "web"` with `startswith` instead of `=`'] is Fate.ACCEPTED
    assert details(found)['`container.name = "web"` with `startswith` instead of `=`'] == "the scenario has one web container"
    assert found.stale == ("Shell in web: no such thing",)


def test_an_accepted_mutant_needs_a_reason(tmp_path: Path) -> None:
    _, found = load_pack(write_pack(tmp_path, exercise=EXERCISE + "accepted_mutants:\n  - mutant: x\n"))
    assert [diagnostic.message for diagnostic in found if diagnostic.is_error] == ["key 'reason' is missing or empty"]


def test_a_check_that_follows_from_another_is_equivalent(tmp_path: Path) -> None:
    reference = REFERENCE.replace("spawned_process and", "spawned_process and container and")
    found = run(tmp_path, reference=reference)
    assert fates(found)["without `container`"] is Fate.EQUIVALENT
    assert "container.name" in details(found)["without `container`"]


@pytest.mark.parametrize(
    "condition, what, changed",
    [
        ("evt.type = open and proc.name = a", "without `proc.name = a`", "evt.type = open and evt.num >= 0"),
        ("evt.type = open and proc.name = a", "`and` becomes `or` in `evt.type = open and proc.name = a`", "(evt.type = open or proc.name = a)"),
        ("evt.type = open or proc.name = a", "without the alternative `proc.name = a`", "evt.type = open or evt.num < 0"),
        ("not (proc.name = a and fd.num = 3)", "`not (proc.name = a and fd.num = 3)` loses its `not`", "(proc.name = a and fd.num = 3)"),
        ("evt.type = open and proc.name = a", "`proc.name = a` is negated", "evt.type = open and not (proc.name = a)"),
        ("proc.name = a", "`proc.name = a` with `startswith` instead of `=`", "proc.name startswith a"),
        ("proc.name = a", "`proc.name = a` with `contains` instead of `=`", "proc.name contains a"),
        ("fd.name = /etc/x/y", "`fd.name = /etc/x/y` becomes `fd.name startswith /etc/x/`", "fd.name startswith /etc/x/"),
        ("fd.num >= 3", "`fd.num >= 3` with `>` instead of `>=`", "fd.num > 3"),
        ("proc.name in (a, b)", "`a` taken out of `proc.name in (a, b)`", "proc.name in (b, b)"),
        ("container.name = web", "`container.name = web` becomes `container`", "container.id != host"),
        ("fd.name pmatch (/etc, /srv/x)", "`/etc` taken out of `fd.name pmatch (/etc, /srv/x)`", "fd.name pmatch (/srv/x, /srv/x)"),
        ("fd.name pmatch (/etc, /srv/x)", "`fd.name pmatch (/etc, /srv/x)` with `startswith oneof` instead of `pmatch`", "fd.name startswith oneof (/etc, /srv/x)"),
        ("fd.name glob /proc/*/environ", "`fd.name glob /proc/*/environ` becomes `fd.name startswith /proc/`", "fd.name startswith /proc/"),
        ("fd.name glob /proc/*/environ", "`fd.name glob /proc/*/environ` becomes `fd.name = /proc/`", "fd.name = /proc/"),
        ("fd.name glob *.key", "`fd.name glob *.key` becomes `fd.name endswith .key`", "fd.name endswith .key"),
        ("proc.name != a", "`proc.name != a` with `=` instead of `!=`", "proc.name = a"),
    ],
)  # fmt: skip
def test_each_change_is_made_in_its_place(condition: str, what: str, changed: str) -> None:
    made = mutants(condition)
    assert what in made
    assert made[what] == RULE.format(condition=changed)
    errors = [
        found
        for found in load_rules((SourceFile("b.yaml", BASE), SourceFile("l.yaml", made[what]))).diagnostics
        if found.is_error
    ]
    assert not errors


def test_a_near_miss_of_the_events_is_added_to_a_list() -> None:
    made = mutants("evt.type = execve and proc.name in (sh, bash)", spawn(1, "x", "web", "sh"), spawn(2, "y", "web", "cat"))
    what = "`cat` added to `proc.name in (sh, bash)`"
    assert made[what] == RULE.format(condition="evt.type = execve and proc.name in (sh, bash, cat)")


def test_the_nodes_own_list_without_a_name_that_was_seen() -> None:
    made = mutants("evt.type = execve and proc.name in (shells)", spawn(1, "x", "web", "sh"))
    assert "proc.name in (bash)" in made["`proc.name in (shells)` with all names but `sh`"]
    assert not [what for what in made if "but `bash`" in what]


def test_conditions_of_the_base_rules_stay_as_they_are() -> None:
    made = mutants("spawned_process and proc.name = a")
    assert not [what for what in made if "execve" in what]


def test_conditions_in_every_yaml_style_are_changed_or_left_alone() -> None:
    for style in ('"{}"', "'{}'", "|\n    {}", ">-\n    {}"):
        text = RULE.format(condition=style.format("evt.type = open and proc.name = a"))
        file = SourceFile("local.yaml", text)
        ruleset = load_rules((SourceFile("falco_rules.yaml", BASE), file)).ruleset
        made = list(condition_mutants(file, ruleset, [opened(1, "x", "web", "a", "/x")]))
        assert made, style
        for mutant in made:
            loaded = load_rules((SourceFile("falco_rules.yaml", BASE), SourceFile("local.yaml", mutant.text)))
            assert not [found for found in loaded.diagnostics if found.is_error], (style, mutant.what)


def equals(condition: str, before: str = "", *events: Event) -> dict[str, str]:
    """What each mutant of the last rule does, and why no event tells it apart."""
    file = SourceFile("local.yaml", before + RULE.format(condition=condition))
    ruleset = load_rules((SourceFile("falco_rules.yaml", BASE), file)).ruleset
    name = ruleset.rules[-1].name
    return {mutant.what: mutant.equal for mutant in condition_mutants(file, ruleset, events) if mutant.rule == name}


OPENS = "evt.type in (open, openat, openat2)"


@pytest.mark.parametrize(
    "condition, what, equal",
    [
        (f"{OPENS} and evt.is_open_write = true", f"without `{OPENS}`", True),
        (f"{OPENS} and (evt.is_open_read = true and fd.num > 0)", f"without `{OPENS}`", True),
        (f"{OPENS} and evt.is_open_write = false", f"without `{OPENS}`", False),
        (f"{OPENS} and proc.name = a", f"without `{OPENS}`", False),
        ("evt.type in (open, openat) and evt.is_open_write = true", "without `evt.type in (open, openat)`", False),
        (f"{OPENS} and evt.is_open_write = true", "`evt.is_open_write = true` is negated", False),
    ],
)
def test_types_beside_a_flag_of_opening_calls(condition: str, what: str, equal: bool) -> None:
    assert bool(equals(condition)[what]) is equal


FIRST = "- rule: first\n  desc: d\n  condition: {}\n  output: x\n  priority: INFO\n"
REFUSED = "evt.type = connect and container and evt.rawres < 0"


@pytest.mark.parametrize(
    "first, equal",
    [
        ("evt.type = connect and container and evt.rawres >= 0", True),
        ("evt.type = connect and evt.rawres >= 0", True),
        ("evt.type = connect and container and evt.rawres = 0", False),
        ("evt.type = connect and container and evt.rawres >= 0 and proc.name = a", False),
        ("evt.type = connect and container and evt.rawres >= 0\n  enabled: false", False),
    ],
)
def test_a_refused_call_behind_a_rule_that_takes_the_others(first: str, equal: bool) -> None:
    found = equals(REFUSED, FIRST.format(first))
    assert bool(found["without `evt.rawres < 0`"]) is equal
    assert bool(found["`evt.rawres < 0` with `<=` instead of `<`"]) is equal
    assert not found["`evt.rawres < 0` is negated"]


def test_without_such_a_rule_every_call_counts() -> None:
    assert not equals(REFUSED)["without `evt.rawres < 0`"]


def test_a_mutant_that_only_fires_more_often_is_mended_with_most(tmp_path: Path) -> None:
    reference = REFERENCE.replace(
        "proc.name in (shells)", 'proc.name in (shells) and evt.num != 0 and proc.cmdline != "bash -c more"'
    )
    folder = write_pack(tmp_path, reference=reference)
    again = recording(0, "web")
    first = next(event for event in again.events if event.action == "bash-in-web")
    num = max(event.num for event in again.events) + 1
    fields = {**first.fields, "proc.cmdline": "bash -c more"}
    more = replace(first, num=num, time_ns=again.events[-1].time_ns + 1, fields=fields)
    again = replace(again, events=(*again.events, more))
    write_recording(again, folder / "scenarios" / "shells" / "recordings" / "seed-0.jsonl")
    pack, _ = load_pack(folder)
    assert pack is not None
    found = run_mutants(pack, pack.exercises[0])
    assert any("only fires more often" in one.detail and "`most: 1`" in one.detail for one in found.survivors)
