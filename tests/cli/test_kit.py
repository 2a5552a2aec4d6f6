"""The instructor's and learner's ways to name an exercise: by its folder, and instead of a recording; and recordings that go."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.audit_pack import write_audit_pack
from tests.cli.conftest import Done
from tests.small_pack import EXERCISE, REFERENCE, write_pack

Cli = Callable[..., Done]
GOOD = REFERENCE.replace("${app}", "web")


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return write_pack(tmp_path / "pack")


@pytest.fixture
def rules(tmp_path: Path) -> str:
    path = tmp_path / "rules.yaml"
    path.write_text(GOOD)
    return str(path)


def test_an_exercises_folder_is_graded_without_installing(
    cli: Cli, pack: Path, rules: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = pack / "exercises" / "find-shells"
    done = cli("grade", str(folder), "--rules", rules, "--recorded", "--json")
    assert (done.code, json.loads(done.out)["exercise"]) == (0, "find-shells")
    monkeypatch.chdir(pack / "exercises")
    for name in ("./find-shells", "../exercises/find-shells/", "find-shells/"):
        assert cli("grade", name, "--rules", rules, "--recorded").code == 0, name
    assert cli("watch", "./find-shells", rules, "--once").code == 0
    assert "web" in cli("node", "ps", "--exercise", "./find-shells").out
    assert "no exercise 'find-shells'" in cli("grade", "find-shells", "--rules", rules).err  # a bare word is a name


def test_the_core_packs_folder_is_the_core_pack(cli: Cli, rules: str) -> None:
    from trainer.content import core_pack_folder

    folder = core_pack_folder() / "exercises" / "alert-log"
    done = cli("run", "--exercise", str(folder), "-r", rules)
    assert done.code == 0, done.err


def test_a_folder_that_is_no_exercise_says_what_is_missing(cli: Cli, pack: Path, rules: str, tmp_path: Path) -> None:
    for name in (str(pack), str(pack / "exercises" / "gone"), "../x", "pack/exercises/gone", str(tmp_path / "nothing")):
        done = cli("grade", name, "--rules", rules)
        assert (done.code, "no exercise's folder" in done.err) == (2, True), name
        assert "PACKFOLDER/exercises/SLUG" in done.err
    assert "no installed pack is named 'pack'" in cli("grade", "pack/exercises", "--rules", rules).err  # PACK/SLUG
    lonely = tmp_path / "lonely"
    lonely.mkdir()
    (lonely / "exercise.yaml").write_text(EXERCISE)
    done = cli("grade", str(lonely), "--rules", rules)
    assert (done.code, "is in no pack" in done.err) == (2, True)
    broken = write_pack(tmp_path / "broken", exercise=EXERCISE.replace("points: 4", "points: four"))
    done = cli("grade", str(broken / "exercises" / "find-shells"), "--rules", rules)
    assert done.code == 2
    assert "exercise.yaml:" in done.err
    assert "points" in done.err


def test_rules_run_on_an_exercises_recording(cli: Cli, pack: Path, rules: str) -> None:
    folder = str(pack / "exercises" / "find-shells")
    done = cli("run", "--exercise", folder, "-r", rules)
    assert done.code == 0
    assert [line.rsplit(" ", 1)[1] for line in done.out.splitlines()] == ["2,0,sh", "4,0,bash"]
    recording = str(pack / "scenarios" / "shells" / "recordings" / "seed-0.jsonl")
    assert done.out == cli("run", "--base", "-e", recording, "-r", str(pack / "exercises/base/falco_rules.yaml"), rules).out
    explained = cli("explain", "--exercise", folder, "-r", rules, "--rule", "Shell in web", "--action", "sh-in-reports")
    assert "container.name is `reports`" in explained.out
    assert explained.code == 1
    assert "no recording of seed 5" in cli("run", "--exercise", folder, "--seed", "5", "-r", rules).err


@pytest.mark.parametrize("command", ["run", "explain"])
def test_events_come_from_one_place(cli: Cli, command: str, rules: str) -> None:
    for more in ([], ["-e", "x.jsonl", "--exercise", "alert-log"]):
        done = cli(command, "-r", rules, *more)
        assert (done.code, "--exercise SLUG" in done.err) == (2, True)
    assert "--seed goes with --exercise" in cli(command, "-r", rules, "-e", "x.jsonl", "--seed", "1").err


def test_prune_removes_recordings_that_show_nothing_more(cli: Cli, tmp_path: Path) -> None:
    pack = write_audit_pack(tmp_path)
    recordings = next((pack / "scenarios").iterdir()) / "recordings"
    assert cli("pack", "record", str(pack)).code == 0
    needed = {path.name for path in recordings.iterdir()}
    assert len(needed) == 2
    assert cli("pack", "record", str(pack), "--seed", "7", "--seed", "8").code == 0
    assert {path.name for path in recordings.iterdir()} == needed | {"seed-7.jsonl", "seed-8.jsonl"}
    assert cli("pack", "record", str(pack)).code == 0  # without being told, nothing goes
    assert len(list(recordings.iterdir())) == 4
    done = cli("pack", "record", str(pack), "--prune")
    assert done.code == 0
    assert {path.name for path in recordings.iterdir()} == needed
    assert "seed-7.jsonl  removed" in done.out
    assert cli("pack", "record", str(pack), "--prune", "--seed", "0").code == 2


def test_prune_keeps_a_seed_that_alone_shows_a_choice(cli: Cli, tmp_path: Path) -> None:
    pack = write_audit_pack(tmp_path)
    recordings = next((pack / "scenarios").iterdir()) / "recordings"
    assert cli("pack", "record", str(pack)).code == 0
    (first,) = (int(path.stem.removeprefix("seed-")) for path in recordings.iterdir() if path.stem != "seed-0")
    (recordings / f"seed-{first}.jsonl").unlink()
    from trainer.content.loader import load_scenario
    from trainer.content.seeds import seeds_needed

    values = {seed: load_scenario(recordings.parent, seed).variables["ns"] for seed in range(40)}
    later = next(seed for seed in range(first + 1, 40) if values[seed] == values[first])
    assert cli("pack", "record", str(pack), "--seed", str(later)).code == 0
    assert seeds_needed(recordings.parent) == (0, later)
