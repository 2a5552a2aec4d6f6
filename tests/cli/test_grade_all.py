"""grade-all: a class's submissions to CSV, JSON, Gradescope and a page, without grading anything twice."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import trainer.grading.class_results
from tests.cli.conftest import Done
from tests.small_pack import EVERY_CONTAINER, ONLY_BASH, REFERENCE, STARTER, write_pack

Cli = Callable[..., Done]
FILE = "falco_rules.local.yaml"
EVIL = '<script>alert("x")</script>'


@pytest.fixture
def small(cli: Cli, tmp_path: Path) -> Callable[..., Done]:
    """grade-all on the small pack, which is installed."""
    folder = write_pack(tmp_path / "pack")
    assert cli("pack", "install", str(folder), "--yes").code == 0

    def run(submissions: Path, *more: str) -> Done:
        return cli("grade-all", str(submissions), "-o", str(tmp_path / "out"), "--pack", "small", "--jobs", "1", *more)

    return run


def hand_in(folder: Path, learner: str, text: str, exercise: str = "find-shells") -> None:
    place = folder / learner / exercise
    place.mkdir(parents=True)
    (place / FILE).write_text(text.replace("${app}", "web"))


@pytest.fixture
def submissions(tmp_path: Path) -> Path:
    folder = tmp_path / "submissions"
    hand_in(folder, "ada", REFERENCE)
    hand_in(folder, "bob", EVERY_CONTAINER)
    hand_in(folder, "cyd", ONLY_BASH)
    hand_in(folder, "dan", STARTER)
    (folder / "eve").mkdir()
    (folder / "eve" / "find-shells.yaml").write_text(ONLY_BASH.replace("${app}", "web"))
    (folder / "fay").mkdir()
    return folder


def rows(tmp_path: Path) -> dict[str, dict[str, str]]:
    with (tmp_path / "out" / "results.csv").open(newline="") as file:
        return {row["learner"]: row for row in csv.DictReader(file)}


def results(tmp_path: Path) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((tmp_path / "out" / "results.json").read_text())
    return data


def test_a_class_is_graded(small: Cli, submissions: Path, tmp_path: Path) -> None:
    done = small(submissions)
    assert done.code == 0
    found = rows(tmp_path)
    assert {name: (row["points"], row["state"]) for name, row in found.items()} == {
        "ada": ("10", "graded"),
        "bob": ("8", "graded"),
        "cyd": ("1", "graded"),
        "dan": ("1", "graded"),
        "eve": ("1", "graded"),
        "fay": ("0", "missing"),
    }
    assert found["bob"]["failed_criteria"] == "quiet"
    assert found["cyd"]["skipped_criteria"] == "quiet line warning"
    data = results(tmp_path)
    assert data["hardest"][0] == {
        "exercise": "find-shells",
        "criterion": "quiet",
        "text": "The rest is quiet",
        "failed": 4,
        "graded": 5,
    }
    assert {"exercise": "find-shells", "text": "Only bash", "learners": 2} in data["mistakes"]
    assert next((one["learner"], one["points"], one["max_points"]) for one in data["learners"]) == ("ada", 10.0, 10.0)


def test_gradescope_gets_one_file_for_each_learner(small: Cli, submissions: Path, tmp_path: Path) -> None:
    small(submissions)
    files = {path.stem: json.loads(path.read_text()) for path in (tmp_path / "out" / "gradescope").iterdir()}
    assert set(files) == {"ada", "bob", "cyd", "dan", "eve", "fay"}
    for data in files.values():
        assert data["score"] == sum(test["score"] for test in data["tests"])
        assert {"score", "max_score", "name", "status", "output", "visibility"} <= set(data["tests"][0])
        assert sum(test["max_score"] for test in data["tests"]) == 10
        assert {test["status"] for test in data["tests"]} <= {"passed", "failed"}
    quiet = next(test for test in files["bob"]["tests"] if "quiet" in test["name"])
    assert (quiet["score"], quiet["status"]) == (0, "failed")
    assert "sh-in-reports" in quiet["output"]


def test_what_did_not_change_is_not_graded_again(small: Cli, submissions: Path, tmp_path: Path) -> None:
    assert "graded 5 of 5 (2 submissions are the same)\n" in small(submissions).err  # cyd and eve handed in the same
    before = results(tmp_path)
    assert "graded 0 of 0, 5 known from before\n" in small(submissions).err
    assert results(tmp_path) == before
    (submissions / "dan" / "find-shells" / FILE).write_text(REFERENCE.replace("${app}", "web") + "# mine\n")
    assert "graded 1 of 1, 4 known from before\n" in small(submissions).err
    assert rows(tmp_path)["dan"]["points"] == "10"


def test_a_killed_run_goes_on_where_it_was(
    small: Cli, submissions: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = trainer.grading.class_results.grade
    graded = []

    def stopped(*arguments: Any, **named: Any) -> Any:
        if len(graded) == 2:
            raise KeyboardInterrupt
        graded.append(1)
        return real(*arguments, **named)

    monkeypatch.setattr(trainer.grading.class_results, "grade", stopped)
    assert small(submissions).code == 130
    with (tmp_path / "out" / "graded.jsonl").open("a") as file:
        file.write('{"key": "torn')
    monkeypatch.setattr(trainer.grading.class_results, "grade", real)
    done = small(submissions)
    assert done.code == 0
    assert "2 known from before" in done.err
    assert rows(tmp_path)["ada"]["points"] == "10"


def test_a_changed_pack_grades_all_again(cli: Cli, submissions: Path, tmp_path: Path, small: Cli) -> None:
    small(submissions)
    task = next((tmp_path / "home").rglob("exercise.yaml"))
    task.write_text(task.read_text().replace("points: 4", "points: 5").replace("points: 10", "points: 11"))
    done = small(submissions)
    assert "known from before" not in done.err
    assert rows(tmp_path)["ada"]["points"] == "11"


def test_nothing_that_was_handed_in_becomes_markup_or_a_formula(small: Cli, tmp_path: Path) -> None:
    folder = tmp_path / "submissions"
    hand_in(folder, "=HYPERLINK(1)", f"- rule: {EVIL}\n  condition: '{EVIL}'\n")
    hand_in(folder, "<img src=x onerror=alert(1)>", f"- rule: {EVIL}\n  condition: '{EVIL}'\n")
    (folder / "<b>").mkdir()
    (folder / "<b>" / "<i>.txt").write_text(EVIL)
    assert small(folder).code == 0
    page = (tmp_path / "out" / "overview.html").read_text()
    for markup in ("<script", "<img", "<b>", "<i>"):
        assert markup not in page
    assert "&lt;img src=x" in page
    assert "default-src 'none'" in page
    assert "'=HYPERLINK(1)" in rows(tmp_path)


def test_a_link_is_not_followed(small: Cli, submissions: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("- rule: TOP-SECRET\n")
    (submissions / "fay" / "find-shells").mkdir()
    (submissions / "fay" / "find-shells" / FILE).symlink_to(secret)
    (submissions / "gus").symlink_to(submissions / "ada")
    assert small(submissions).code == 1
    found = rows(tmp_path)
    assert found["fay"]["state"] == "unreadable"
    assert "symbolic link" in found["fay"]["reason"]
    assert "gus" not in found
    assert not [path for path in (tmp_path / "out").rglob("*") if path.is_file() and "TOP-SECRET" in path.read_text()]


def test_files_that_cannot_be_read_cost_nobody_else(small: Cli, submissions: Path, tmp_path: Path) -> None:
    (submissions / "ada" / "find-shells" / FILE).write_bytes(b"\x7fELF" + bytes(3000))
    assert small(submissions).code == 1
    assert rows(tmp_path)["ada"]["state"] == "unreadable"
    assert rows(tmp_path)["bob"]["points"] == "8"


def test_copies_are_found_and_the_reference_is_none(small: Cli, tmp_path: Path) -> None:
    folder = tmp_path / "submissions"
    own = (
        "# I looked this up in the docs and tried ten variants until it worked\n"
        "- rule: Shell in web\n  desc: my own words about it\n  condition: evt.type = execve and container.name = web"
        ' and (proc.name = sh or proc.name = bash or proc.name = ash)\n  output: "%evt.num,%user.uid,%proc.name"\n  priority: WARNING\n'
    )
    hand_in(folder, "copy", own.replace("my own", "MY  OWN").replace("\n  priority", "\n\n  priority"))
    hand_in(folder, "origin", own)
    hand_in(folder, "same-1", REFERENCE)
    hand_in(folder, "same-2", REFERENCE)
    small(folder)
    (pair,) = results(tmp_path)["look_alikes"]
    assert pair["learners"] == ["copy", "origin"]
    assert "<td>copy</td><td>origin</td>" in (tmp_path / "out" / "overview.html").read_text()


def test_several_processes_find_the_same(cli: Cli, tmp_path: Path, submissions: Path, small: Cli) -> None:
    for number in range(60):
        hand_in(submissions, f"more-{number:02}", f"{REFERENCE}# {number}\n")
    assert small(submissions).code == 0
    one = results(tmp_path)
    other = cli("grade-all", str(submissions), "-o", str(tmp_path / "other"), "--pack", "small", "--jobs", "2")
    assert other.code == 0
    assert json.loads((tmp_path / "other" / "results.json").read_text()) == one


@pytest.mark.parametrize(
    "arguments, word",
    [
        (["--exam", "x", "--exercise", "y"], "either"),
        (["--exam", "x"], "exams:"),
        (["--exercise", "nothing"], "find-shells"),
    ],
)
def test_what_is_not_there_is_said(small: Cli, submissions: Path, arguments: list[str], word: str) -> None:
    done = small(submissions, *arguments)
    assert done.code == 2
    assert word in done.err


def test_folders_that_will_not_do(cli: Cli, submissions: Path, tmp_path: Path) -> None:
    inside = cli("grade-all", str(submissions), "-o", str(submissions / "out"))
    assert inside.code == 2
    assert not (submissions / "out").exists()
    assert cli("grade-all", str(tmp_path / "nothing"), "-o", str(tmp_path / "out")).code == 2
    empty = tmp_path / "empty"
    empty.mkdir()
    done = cli("grade-all", str(empty), "-o", str(tmp_path / "out"))
    assert done.code == 2
    assert "LEARNER/EXERCISE" in done.err
    assert not (tmp_path / "out").exists()


def test_names_as_list_prints_them(small: Cli, cli: Cli, submissions: Path, tmp_path: Path) -> None:
    out = ("-o", str(tmp_path / "out"), "--jobs", "1")
    assert cli("grade-all", str(submissions), *out, "--exercise", "small/find-shells").code == 0
    assert rows(tmp_path)["ada"]["points"] == "10"
    done = cli("grade-all", str(submissions), *out, "--exercise", "find-shells")
    assert done.code == 2
    assert "add --pack small" in done.err
    done = cli("grade-all", str(submissions), *out, "--pack", "cks-core", "--exercise", "small/find-shells")
    assert done.code == 2
    assert "leave one of them out" in done.err


def test_a_packs_folder_that_is_not_installed(cli: Cli, submissions: Path, tmp_path: Path) -> None:
    folder = write_pack(tmp_path / "elsewhere")
    done = cli("grade-all", str(submissions), "-o", str(tmp_path / "out"), "--jobs", "1", "--pack", str(folder))
    assert done.code == 0
    assert rows(tmp_path)["ada"]["points"] == "10"
    (folder / "exercises" / "pack.yaml").write_text("id: x\n")
    done = cli("grade-all", str(submissions), "-o", str(tmp_path / "out"), "--jobs", "1", "--pack", str(folder))
    assert done.code == 2
    assert "has errors" in done.err
