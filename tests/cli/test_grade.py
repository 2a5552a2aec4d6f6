"""grade, list, progress: the contract of design.md section 5."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Done
from trainer.content import core_pack_folder, fill, load_pack, load_scenario

Cli = Callable[..., Done]
_PACK, _ = load_pack(core_pack_folder())
assert _PACK is not None
EXERCISES = {exercise.slug: exercise for exercise in _PACK.exercises}


@pytest.mark.parametrize("slug", EXERCISES)
def test_reference_passes_and_starter_fails_on_the_recording(cli: Cli, slug: str, tmp_path: Path) -> None:
    exercise = EXERCISES[slug]
    variables = load_scenario(exercise.scenario, 0, core_pack_folder()).variables
    reference = tmp_path / "reference.yaml"
    reference.write_text(fill(exercise.reference.text, variables), encoding="utf-8")
    answers = []
    for name, file in exercise.reference_answers.items():
        (tmp_path / name).write_text(fill(file.text, variables), encoding="utf-8")
        answers += ["--answer", f"{name}={tmp_path / name}"]
    folder = exercise.folder
    assert folder is not None
    passed = cli("grade", slug, "--rules", str(reference), *answers, "--recorded", "--json")
    assert passed.code == 0
    report = json.loads(passed.out)
    assert [c["id"] for c in report["criteria"]] == [c.id for c in EXERCISES[slug].criteria]
    for criterion in report["criteria"]:
        assert criterion["outcome"] == "passed"
        assert criterion["points"] == criterion["max_points"]
        assert criterion["actual"]
        assert criterion["expected"]
    assert cli("grade", slug, "--rules", str(folder / "starter.yaml"), "--recorded", "--json").code == 1


def test_list_names_every_exercise_with_its_state(cli: Cli) -> None:
    listed = json.loads(cli("list", "--json").out)["exercises"]
    assert {row["slug"] for row in listed} == set(EXERCISES)
    assert {row["state"] for row in listed} == {"new"}


def test_an_attempt_is_remembered(cli: Cli) -> None:
    slug = next(iter(EXERCISES))
    folder = EXERCISES[slug].folder
    assert folder is not None
    cli("grade", slug, "--rules", str(folder / "reference.yaml"), "--recorded", "--json")
    states = {row["slug"]: row for row in json.loads(cli("progress", "--json").out)["exercises"]}
    assert states[slug]["state"] == "passed"
    assert states[slug]["attempts"] == 1


def test_watch_once_grades_the_file(cli: Cli) -> None:
    slug = next(iter(EXERCISES))
    folder = EXERCISES[slug].folder
    assert folder is not None
    done = cli("watch", slug, str(folder / "reference.yaml"), "--once")
    assert done.code == 0
    assert "passed" in done.out


def test_unknown_exercise(cli: Cli) -> None:
    done = cli("grade", "no-such-exercise", "--rules", "x.yaml")
    assert done.code == 2
    assert "no-such-exercise" in done.err
    assert next(iter(EXERCISES)) in done.err


@pytest.mark.parametrize(
    "make, word",
    [
        pytest.param(lambda path: None, "does not exist", id="missing"),
        pytest.param(lambda path: path.mkdir(), "is a folder", id="directory"),
        pytest.param(lambda path: path.write_bytes(b"\x7fELF" + bytes(4096)), "binary", id="binary"),
        pytest.param(lambda path: path.write_bytes(b"# " + b"x" * (11 << 20)), "too big", id="too large"),
    ],
)
def test_a_rules_file_that_cannot_be_read(cli: Cli, tmp_path: Path, make: Callable[[Path], object], word: str) -> None:
    path = tmp_path / "rules.yaml"
    make(path)
    done = cli("grade", next(iter(EXERCISES)), "--rules", str(path), "--recorded")
    assert done.code == 2
    assert word in done.err.lower()
    assert "next:" in done.err


@pytest.mark.parametrize(
    "text",
    ["", "- rule: [", "just text\n", "- rule: a\n  condition: and\n"],
    ids=["empty", "yaml error", "only text", "bad rule"],
)
def test_rules_that_do_not_load_are_graded_not_fatal(cli: Cli, tmp_path: Path, text: str) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text(text)
    done = cli("grade", next(iter(EXERCISES)), "--rules", str(path), "--recorded", "--json")
    assert done.code == 1
    assert json.loads(done.out)["passed"] is False


def test_without_docker_live_says_so(cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/nothing.sock")
    slug = next(iter(EXERCISES))
    folder = EXERCISES[slug].folder
    done = cli("grade", slug, "--rules", f"{folder}/reference.yaml", "--live")
    assert done.code == 2
    assert "no Docker engine answers" in done.err
    assert "next: start Docker" in done.err
    recorded = cli("grade", slug, "--rules", f"{folder}/reference.yaml")
    assert recorded.code == 0
    assert "recorded" in recorded.out


def test_a_verdict_does_not_need_the_progress_store(cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("CKS_TRAINER_HOME", str(blocked / "home"))
    slug = "shell-in-container"
    done = cli("grade", slug, "--rules", f"{EXERCISES[slug].folder}/reference.yaml", "--recorded", "--json")
    assert done.code == 0
    assert json.loads(done.out)["passed"] is True
    assert "not in your progress" in done.err


def test_an_answer_that_nobody_asks_for_is_a_usage_error(cli: Cli, tmp_path: Path) -> None:
    slug = "shell-in-container"
    answer = tmp_path / "x"
    answer.write_text("x")
    done = cli("grade", slug, "--rules", f"{EXERCISES[slug].folder}/reference.yaml", "--answer", f"typo={answer}", "--recorded")
    assert done.code == 2
    assert "typo" in done.err


def test_a_file_that_falco_refuses_has_no_alerts_of_falco(cli: Cli, tmp_path: Path) -> None:
    exercise = EXERCISES["detect-shell"] if "detect-shell" in EXERCISES else next(iter(EXERCISES.values()))
    path = tmp_path / "rules.yaml"
    path.write_text(
        exercise.reference.text + "\n- rule: broken\n  desc: d\n  condition: proc.nam = x\n  output: x\n  priority: INFO\n"
    )
    done = cli("grade", exercise.slug, "--rules", str(path), "--recorded")
    assert done.code == 1
    assert "Falco would not start with this file" in done.out
    said = done.err.index("Falco would not start with this file")
    assert said < done.err.index("Warning") if "Warning" in done.err else True
    refused = json.loads(cli("grade", exercise.slug, "--rules", str(path), "--recorded", "--json").out)["refused"]
    assert refused.startswith("Falco would not start")
    good = cli("grade", exercise.slug, "--rules", str(exercise.reference.name), "--recorded", "--json")
    assert json.loads(good.out)["refused"] == ""
