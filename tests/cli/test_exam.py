"""exam list, start, resume, pause, report: a whole exam, killed and resumed, and what happens at the deadline."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Done
from tests.exam_pack import PASSING, write_exam_pack
from trainer.cli.exam_texts import _TEXTS
from trainer.cli.exercise_names import core_pack
from trainer.content import core_pack_folder, fill, load_pack, load_scenario
from trainer.session import Store
from trainer.session.exam import ExamSession, draw_sheets
from trainer.session.exam_clock import Reading, SystemClock

Cli = Callable[..., Done]
RULES = "falco_rules.local.yaml"
ROOT = Path(__file__).resolve().parents[2]


class Hands:
    """The machine's clock, moved on by hand from the time that it is."""

    def __init__(self) -> None:
        self.gone = 0.0
        self.begun = time.time()

    def __call__(self, clock: SystemClock) -> Reading:
        return Reading("boot", 1_000.0 + self.gone, self.begun + self.gone)

    def save(self, path: Path, text: str) -> None:
        """As an editor would save it now."""
        path.write_text(text, encoding="utf-8")
        os.utime(path, (self.begun + self.gone, self.begun + self.gone))


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch) -> Hands:
    made = Hands()
    monkeypatch.setattr(SystemClock, "read", lambda self: made(self))
    return made


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The exams' small pack as the core pack, and a place to work."""
    folder = write_exam_pack(tmp_path / "pack")
    monkeypatch.setattr("trainer.cli.exercise_names.core_pack_folder", lambda: folder)
    (tmp_path / "desk").mkdir()
    monkeypatch.chdir(tmp_path / "desk")
    return tmp_path / "desk"


def data(done: Done) -> dict[str, Any]:
    read = json.loads(done.out)
    assert isinstance(read, dict)
    return read


def first_and_second(folder: Path) -> tuple[Path, Path]:
    return folder / "01-find-shells" / RULES, folder / "02-find-files" / RULES


def test_a_whole_mock_of_the_core_pack_is_graded_to_the_point(
    cli: Cli, tmp_path: Path, hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every second task is done, the others are left: the points are those of `grade`."""
    monkeypatch.chdir(tmp_path)
    pack, _ = load_pack(core_pack_folder())
    assert pack is not None
    exercises = {exercise.slug: exercise for exercise in pack.exercises}
    begun = data(cli("exam", "start", "full-mock", "--seed", "9", "--json"))
    assert (begun["state"], begun["seconds_left"], begun["clock"], begun["seed"]) == ("running", 7200, "running", 9)
    assert [task["points"] for task in begun["tasks"]] == [exercises[task["exercise"]].points for task in begun["tasks"]]
    for task in begun["tasks"]:
        place = Path(task["folder"])
        assert (place / "task.md").read_text(encoding="utf-8").startswith(f"> Task {task['number']} of ")
        assert "${" not in (place / "task.md").read_text(encoding="utf-8")
        assert {path.name for path in place.iterdir()} == {"task.md", *task["files"]}
        hands.gone += 60
        if task["number"] % 2:
            exercise = exercises[task["exercise"]]
            variables = load_scenario(exercise.scenario, task["seed"], pack.folder).variables
            hands.save(place / RULES, fill(exercise.reference.text, variables))
            for name, file in exercise.reference_answers.items():
                hands.save(place / name, fill(file.text, variables))
            looked = data(cli("exam", "resume", "--json"))
            assert looked["tasks"][task["number"] - 1]["state"] == "edited"
    seconds = 60.0 * len(begun["tasks"])
    assert data(cli("exam", "resume", "--json"))["seconds_left"] == 7200 - seconds
    assert data(cli("exam", "resume", "--finish", "--json"))["state"] == "handed in"
    done = cli("exam", "report", "--json")
    report = data(done)
    for task, asked in zip(report["tasks"], begun["tasks"], strict=True):
        given = Path(asked["folder"])
        answers = [part for name in asked["files"] if name != RULES for part in ("--answer", f"{name}={given / name}")]
        rules = ["--rules", str(given / RULES), "--seed", str(asked["seed"]), "--recorded", "--json"]
        alone = json.loads(cli("grade", task["exercise"], *rules, *answers).out)
        assert (task["score"], task["max_score"]) == (alone["score"], alone["max_score"])
        assert task["edited"] is bool(task["number"] % 2)
        assert all(criterion["actual"] and criterion["expected"] for criterion in task["criteria"])
    assert report["score"] == sum(task["score"] for task in report["tasks"])
    assert report["max_score"] == sum(task["points"] for task in begun["tasks"])
    assert report["passed"] is (report["score"] * 100 >= report["max_score"] * 67)
    assert done.code == (0 if report["passed"] else 1)
    assert sum(task["seconds"] for task in report["tasks"]) == pytest.approx(seconds)


def test_start_lays_out_the_folder_and_lists_the_tasks(cli: Cli, small: Path, hands: Hands) -> None:
    done = cli("exam", "start", "fixed", "--seed", "4")
    assert done.code == 0
    assert re.findall(r"(\d\d-\S+) +(\d+) points +untouched", done.out) == [("01-find-shells", "10"), ("02-find-files", "5")]
    folder = small / "exam-fixed"
    assert str(folder) in done.out
    assert "exam resume" in done.err
    assert {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} == {
        *("README.md", "falco_rules.yaml", "01-find-shells/task.md", f"01-find-shells/{RULES}"),
        *("02-find-files/task.md", f"02-find-files/{RULES}", "02-find-files/culprit.txt"),
    }
    readme = (folder / "README.md").read_text(encoding="utf-8")
    assert "10 minutes; 67 % are needed" in readme
    assert "`02-find-files/`" in readme


def test_start_speaks_korean(cli: Cli, small: Path, hands: Hands, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CKS_TRAINER_LANG", "ko")
    done = cli("exam", "start", "fixed")
    assert "고정 시험" in done.out
    assert "점 " in done.out
    assert "채점" in (small / "exam-fixed" / "README.md").read_text(encoding="utf-8")
    assert (small / "exam-fixed" / "01-find-shells" / "task.md").read_text(encoding="utf-8").startswith("> 문제 1/2")


def test_a_second_start_is_refused_and_writes_nothing(cli: Cli, small: Path, hands: Hands) -> None:
    cli("exam", "start", "fixed")
    hands.gone = 90
    done = cli("exam", "start", "drawn", "--folder", str(small / "other"))
    assert done.code == 2
    assert "is running, 8:30 left" in done.err
    assert "exam resume --finish" in done.err
    assert not (small / "other").exists()


@pytest.mark.parametrize("there, word", [("file", "is a file"), ("full", "is not empty")])
def test_a_folder_with_something_in_it_is_refused_and_left_alone(
    cli: Cli, small: Path, hands: Hands, there: str, word: str
) -> None:
    (small / "file").write_text("mine")
    (small / "full").mkdir()
    (small / "full" / "mine").write_text("mine")
    done = cli("exam", "start", "fixed", "--folder", there)
    assert (done.code, word in done.err) == (2, True)
    assert (small / "file").read_text() == (small / "full" / "mine").read_text() == "mine"
    assert cli("exam", "resume").code == 2


def test_an_exam_that_does_not_begin_leaves_no_folder(
    cli: Cli, small: Path, hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("trainer.cli.exam.ExamSession.begin", stop)
    (small / "empty").mkdir()
    assert cli("exam", "start", "fixed").code == 130
    assert cli("exam", "start", "fixed", "--folder", "empty").code == 130
    assert not (small / "exam-fixed").exists()
    assert not (small / "empty").exists() or list((small / "empty").iterdir()) == []


def test_the_default_folder_is_always_a_new_one(cli: Cli, small: Path, hands: Hands) -> None:
    (small / "exam-fixed").mkdir()
    assert data(cli("exam", "start", "fixed", "--json"))["folder"] == str(small / "exam-fixed-2")


def test_unknown_exams_are_named(cli: Cli, small: Path) -> None:
    done = cli("exam", "start", "fixt")
    assert done.code == 2
    assert "no exam 'fixt'" in done.err
    assert "drawn, fixed" in done.err
    assert cli("exam", "start", "small/fixed").code == 0


def test_without_a_seed_each_attempt_draws_another(cli: Cli, small: Path, hands: Hands) -> None:
    seeds = set()
    for _ in range(3):
        seeds.add(data(cli("exam", "start", "drawn", "--json"))["seed"])
        cli("exam", "resume", "--finish")
    assert len(seeds) > 1
    again = [data(cli("exam", "start", "drawn", "--seed", "12", "--json")), cli("exam", "resume", "--finish")]
    more = data(cli("exam", "start", "drawn", "--seed", "12", "--json"))
    assert isinstance(again[0], dict)
    assert [task["exercise"] for task in again[0]["tasks"]] == [task["exercise"] for task in more["tasks"]]


def test_resume_saves_and_tells(cli: Cli, small: Path, hands: Hands) -> None:
    cli("exam", "start", "fixed")
    first, second = first_and_second(small / "exam-fixed")
    hands.gone = 100
    hands.save(second, PASSING)
    hands.gone = 130
    done = cli("exam", "resume", "--json")
    assert done.code == 0
    told = data(done)
    assert (told["seconds_left"], told["elapsed_seconds"], told["state"]) == (470, 130, "running")
    assert [(task["state"], task["seconds"]) for task in told["tasks"]] == [("untouched", 0), ("edited", 130)]
    second.unlink()
    first.parent.joinpath("task.md").unlink()
    again = cli("exam", "resume")
    assert "7:50 left of 10:00" in again.out
    assert "2 files were missing" in again.err
    assert second.read_text(encoding="utf-8") == PASSING
    assert first.parent.joinpath("task.md").exists()


def test_a_folder_that_was_moved(cli: Cli, small: Path, hands: Hands) -> None:
    cli("exam", "start", "fixed")
    (small / "exam-fixed").rename(small / "elsewhere")
    first, _ = first_and_second(small / "elsewhere")
    hands.gone = 10
    hands.save(first, "moved")
    (small / "strange").mkdir()
    (small / "strange" / "x").write_text("")
    refused = cli("exam", "resume", "--folder", "strange")
    assert (refused.code, "not the folder of this exam" in refused.err) == (2, True)
    hands.gone = 5_000
    told = data(cli("exam", "resume", "--folder", "elsewhere", "--json"))
    assert (told["state"], told["tasks"][0]["state"]) == ("time over", "edited")


@pytest.mark.parametrize("saved", [599, 601])
def test_the_deadline(cli: Cli, small: Path, hands: Hands, saved: float) -> None:
    """Nobody looks between start and report: what was saved one second before the end counts, one second after it does not."""
    cli("exam", "start", "fixed")
    first, second = first_and_second(small / "exam-fixed")
    hands.gone = saved
    hands.save(first, PASSING)
    hands.gone = 4_000
    hands.save(second, PASSING)
    done = cli("exam", "report", "--json")
    report = data(done)
    one, two = report["tasks"]
    assert (report["ended"], report["elapsed_seconds"]) == ("time over", 600)
    assert (one["passed"], one["score"]) == ((True, 10.0) if saved < 600 else (False, 1.0))
    assert (two["edited"], two["score"]) == (False, 0.42)
    assert done.code == (0 if report["percent"] >= 67 else 1)
    assert report["ended_at"] == pytest.approx(hands.begun + 600)


def test_resume_after_the_end_says_so_and_then_nothing_runs(cli: Cli, small: Path, hands: Hands) -> None:
    cli("exam", "start", "fixed")
    hands.gone = 601
    over = cli("exam", "resume")
    assert over.code == 1
    assert "time over; see the report: cks-trainer exam report 1" in over.out
    none = cli("exam", "resume")
    assert none.code == 2
    assert "no exam is running" in none.err


def test_time_that_ended_unseen_lets_another_exam_begin(cli: Cli, small: Path, hands: Hands) -> None:
    cli("exam", "start", "fixed")
    first, _ = first_and_second(small / "exam-fixed")
    hands.gone = 500
    hands.save(first, PASSING)
    hands.gone = 900
    assert cli("exam", "start", "fixed").code == 0
    hands.save(first, "spoiled afterwards")
    report = data(cli("exam", "report", "1", "--json"))
    assert report["tasks"][0]["passed"] is True


def test_report_of_a_running_exam_is_refused(cli: Cli, small: Path, hands: Hands) -> None:
    none = cli("exam", "report")
    assert (none.code, "no exam was begun" in none.err) == (2, True)
    cli("exam", "start", "fixed")
    done = cli("exam", "report")
    assert done.code == 2
    assert "attempt 1 has not ended: 10:00 left" in done.err
    assert cli("exam", "report", "7").code == 2


def test_a_report_is_made_once(cli: Cli, small: Path, hands: Hands, monkeypatch: pytest.MonkeyPatch) -> None:
    cli("exam", "start", "fixed")
    hands.save(first_and_second(small / "exam-fixed")[0], PASSING)
    hands.gone = 60
    cli("exam", "resume", "--finish")
    before = cli("exam", "report", "--json").out
    monkeypatch.setattr("trainer.session.exam_grading.grade", lambda *_, **__: pytest.fail("graded again"))
    assert cli("exam", "report", "--json").out == before
    assert "graded before" in cli("exam", "report", "--live").err


def test_the_report_in_every_format(cli: Cli, small: Path, hands: Hands) -> None:
    cli("exam", "start", "fixed")
    first, second = first_and_second(small / "exam-fixed")
    for path in (first, second):
        hands.save(path, PASSING)
    hands.save(second.parent / "culprit.txt", "<script>web\n")
    cli("exam", "resume", "--finish")
    text = cli("exam", "report")
    assert text.code == 0
    assert "94.4 %: passed (14.17 of 15 points; 67 % are needed)" in text.out
    assert "actual: <script>web" in text.out
    assert "By skill" in text.out
    rows = list(csv.DictReader(io.StringIO(cli("exam", "report", "--format", "csv").out)))
    assert len(rows) == 5 + 6
    for name, start in (("r.json", "{"), ("r.csv", "attempt,"), ("r.md", "# Fixed exam"), ("r.html", "<!doctype html>")):
        done = cli("exam", "report", "-o", name)
        assert (done.code, done.out) == (0, "")
        assert (small / name).read_text(encoding="utf-8").startswith(start)
    assert "<script" not in (small / "r.html").read_text(encoding="utf-8")
    assert data(cli("exam", "report", "--json")) == json.loads((small / "r.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "arguments, word",
    [
        (["-o", "r.pdf"], "--format"),
        (["--json", "--format", "csv"], "do not go together"),
        (["-o", ".", "--format", "csv"], "is a folder"),
        (["-o", "missing/r.csv"], "is no folder"),
        (["--format", "pdf"], "pdf"),
    ],
)  # fmt: skip
def test_a_report_that_could_not_be_written_is_not_made(
    cli: Cli, small: Path, hands: Hands, arguments: list[str], word: str
) -> None:
    cli("exam", "start", "fixed")
    cli("exam", "resume", "--finish")
    done = cli("exam", "report", *arguments)
    assert (done.code, word in done.err) == (2, True)
    assert data(cli("exam", "list", "--json"))["attempts"][0]["percent"] is None


def test_pausing(cli: Cli, small: Path, hands: Hands) -> None:
    assert cli("exam", "pause").code == 2
    cli("exam", "start", "drawn")
    hands.gone = 60
    assert data(cli("exam", "pause", "--json"))["seconds_left"] == 540
    hands.gone = 50_000
    assert "paused, 9:00 left" in cli("exam", "list").out
    assert data(cli("exam", "resume", "--json"))["seconds_left"] == 540
    hands.gone += 40
    assert data(cli("exam", "resume", "--finish", "--json"))["elapsed_seconds"] == 100
    cli("exam", "start", "fixed")
    refused = cli("exam", "pause")
    assert (refused.code, "cannot be stopped" in refused.err) == (2, True)


def test_lists_and_progress_show_exams_and_attempts(cli: Cli, small: Path, hands: Hands) -> None:
    listed = data(cli("list", "--json"))["exams"]
    assert [(row["name"], row["state"], row["tasks"], row["drawn"]) for row in listed] == [
        ("drawn", "new", 2, True), ("fixed", "new", 2, False)
    ]  # fmt: skip
    cli("exam", "start", "fixed")
    hands.save(first_and_second(small / "exam-fixed")[0], PASSING)
    hands.gone = 30
    assert {row["slug"]: row["state"] for row in data(cli("exam", "list", "--json"))["exams"]} == {
        "drawn": "new",
        "fixed": "running",
    }
    (running,) = data(cli("progress", "--json"))["exams"]
    assert (running["state"], running["seconds_left"], running["percent"]) == ("running", 570, None)
    cli("exam", "resume", "--finish")
    assert "not graded yet" in cli("exam", "list").out
    cli("exam", "report")
    (ended,) = data(cli("progress", "--json"))["exams"]
    assert (ended["state"], ended["percent"], ended["passed"], ended["elapsed_seconds"]) == ("handed in", 69.4, True, 30)
    fixed = data(cli("list", "--json"))["exams"][1]
    assert (fixed["state"], fixed["attempts"], fixed["best_percent"]) == ("passed", 1, 69.4)
    assert "69.4 %" in cli("exam", "list").out
    assert "69.4 %" in cli("progress").out
    assert "Fixed exam" in cli("list").out


def test_an_attempt_of_another_program_gets_a_folder(cli: Cli, small: Path, hands: Hands) -> None:
    pack = core_pack()
    with Store.open() as store:
        exam = pack.exams[1]
        session = ExamSession.begin(store, exam, pack, draw_sheets(exam, pack, 0), seed=0)
        session.save_draft(1, PASSING)
    told = data(cli("exam", "resume", "--json"))
    first, second = first_and_second(Path(told["folder"]))
    assert first.read_text(encoding="utf-8") == PASSING
    assert second.read_text(encoding="utf-8").startswith("# Write your rule")
    assert (first.parent / "task.md").is_file()


def test_live_without_docker_says_so_and_grades_nothing(
    cli: Cli, small: Path, hands: Hands, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/nothing.sock")
    cli("exam", "start", "fixed")
    cli("exam", "resume", "--finish")
    done = cli("exam", "report", "--live")
    assert (done.code, "no Docker engine answers" in done.err) == (2, True)
    assert "not graded yet" in cli("exam", "list").out


def test_stopping_a_report_stores_none(cli: Cli, small: Path, hands: Hands, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    cli("exam", "start", "fixed")
    cli("exam", "resume", "--finish")
    with monkeypatch.context() as patched:
        patched.setattr("trainer.session.exam_grading.grade", stop)
        assert cli("exam", "report").code == 130
    assert "not graded yet" in cli("exam", "list").out
    assert cli("exam", "report").code == 1


def test_a_pack_that_is_gone_keeps_nobody_from_their_files(cli: Cli, small: Path, hands: Hands, tmp_path: Path) -> None:
    cli("exam", "start", "fixed")
    first, _ = first_and_second(small / "exam-fixed")
    for name in ("find-shells", "find-files"):
        (tmp_path / "pack" / "exercises" / name / "exercise.yaml").write_text("broken: [")
    hands.save(first, PASSING)
    done = cli("exam", "resume")
    assert done.code == 0
    assert "no exercise 'find-shells'" in done.err
    cli("exam", "resume", "--finish")
    report = cli("exam", "report", "--json")
    assert report.code == 1
    assert "trainer's fault" in report.err
    assert [task["problem"] != "" for task in data(report)["tasks"]] == [True, True]


def test_every_text_is_there_in_both_languages() -> None:
    for name, (english, korean) in _TEXTS.items():
        assert english, name
        assert korean, name
        assert set(re.findall(r"\{(\w+)", english)) == set(re.findall(r"\{(\w+)", korean)), name


def run(home: Path, place: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "trainer", "exam", *arguments],
        cwd=place,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT), "CKS_TRAINER_HOME": str(home), "CKS_TRAINER_LANG": "en"},
    )


def test_an_exam_that_is_killed_again_and_again_is_finished(tmp_path: Path) -> None:
    """Start, resume and report are each killed at many moments; in the end the exam is there with every edit, and is graded."""
    home, place = tmp_path / "home", tmp_path / "desk"
    place.mkdir()
    pack, _ = load_pack(core_pack_folder())
    assert pack is not None
    for step in range(6):
        child = run(home, place, "start", "short-drill", "--seed", "0")
        time.sleep(0.25 + 0.12 * step)
        child.send_signal(signal.SIGKILL)
        child.communicate()
    out, err = run(home, place, "start", "short-drill", "--seed", "0").communicate()
    assert "work in" in out or "is running" in err
    resumed = json.loads(run(home, place, "resume", "--json").communicate()[0])
    exercises = {exercise.slug: exercise for exercise in pack.exercises}
    for task in resumed["tasks"]:
        path = Path(task["folder"]) / RULES
        assert path.is_file()
        path.write_text(exercises[task["exercise"]].reference.text, encoding="utf-8")
        child = run(home, place, "resume")
        time.sleep(0.2 + 0.1 * task["number"])
        child.send_signal(signal.SIGKILL)
        child.communicate()
    assert {task["state"] for task in json.loads(run(home, place, "resume", "--json").communicate()[0])["tasks"]} == {"edited"}
    out, err = run(home, place, "resume", "--finish").communicate()
    assert "handed in" in out, err
    child = run(home, place, "report")
    time.sleep(0.5)
    child.send_signal(signal.SIGKILL)
    child.communicate()
    done = run(home, place, "report", "--json")
    out, err = done.communicate()
    assert (done.returncode, json.loads(out)["percent"]) == (0, 100.0), err
