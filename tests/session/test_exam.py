"""Exam attempts: the laws of their clock, what is saved when, kills, two processes, and old stores."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from tests.exam_pack import FIXED, PASSING, write_exam_pack
from trainer.content import Exam, ExamClock, Pack, load_pack
from trainer.errors import ExamError, StoreError
from trainer.session import ExerciseState, Store
from trainer.session.exam import ExamSession, TaskSheet, attempt_sheets, draw_sheets, share_seconds
from trainer.session.exam_clock import Reading, SystemClock, seconds_between
from trainer.session.exam_folder import FolderFile, lay_out, task_folder
from trainer.session.exam_grading import exam_report, grade_attempt
from trainer.session.exam_store import ExamAttempt, ExamState, attempt_numbers, running_attempt

RULES = "falco_rules.local.yaml"
WALL = 1_800_000_000.0
TEN_MINUTES = 600.0


class Hands:
    """A clock that goes only when a test moves it."""

    def __init__(self) -> None:
        self.boot_id = "first"
        self.boot = 5_000.0
        self.wall = WALL

    def read(self) -> Reading:
        return Reading(self.boot_id, self.boot, self.wall)

    def go(self, seconds: float) -> None:
        self.boot += seconds
        self.wall += seconds

    def reboot(self, off: float, up: float = 0.0) -> None:
        """Off for some seconds, and up again for some."""
        self.boot_id += "+"
        self.boot = up
        self.wall += off + up


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    pack, found = load_pack(write_exam_pack(tmp_path / "pack"))
    assert pack is not None
    assert found == ()
    return pack


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "home")


@pytest.fixture
def hands() -> Hands:
    return Hands()


def exam_of(pack: Pack, clock: ExamClock = ExamClock.RUNNING) -> Exam:
    fixed = next(exam for exam in pack.exams if exam.slug == "fixed")
    return replace(fixed, clock=clock)


def begin(
    store: Store,
    pack: Pack,
    hands: Hands,
    clock: ExamClock = ExamClock.RUNNING,
    folder: Path | None = None,
    counting: bool = False,
) -> ExamSession:
    exam = exam_of(pack, clock)
    sheets = draw_sheets(exam, pack, 0)
    if folder is not None:
        write_starters(folder, sheets)
    return ExamSession.begin(store, exam, pack, sheets, seed=0, clock=hands, folder=folder, counting=counting)


def write_starters(folder: Path, sheets: tuple[TaskSheet, ...]) -> None:
    for sheet in sheets:
        name = task_folder(sheet.number, sheet.exercise.slug)
        lay_out(folder, {f"{name}/{file}": text for file, text in sheet.files.items()})


def texts(session: ExamSession) -> dict[tuple[int, str], str]:
    return {(draft.number, draft.file): draft.text for draft in session.drafts()}


def write_at(path: Path, text: str, at: float) -> None:
    path.write_text(text)
    os.utime(path, (at, at))


# The clock.


@pytest.mark.parametrize(
    "before, now, seconds",
    [
        pytest.param(Reading("a", 100, WALL), Reading("a", 160, WALL + 60), 60, id="time goes by"),
        pytest.param(Reading("a", 100, WALL), Reading("a", 160, WALL - 9_999), 60, id="wall clock set back"),
        pytest.param(Reading("a", 100, WALL), Reading("a", 160, WALL + 9_999), 60, id="wall clock set forward costs nothing"),
        pytest.param(Reading("a", 100, WALL), Reading("b", 5, WALL + 300), 300, id="machine was off"),
        pytest.param(Reading("a", 100, WALL), Reading("b", 200, WALL - 9_999), 200, id="set back while off: up for so long at least"),
        pytest.param(Reading("a", 100, WALL), Reading("a", 40, WALL + 30), 30, id="snapshot restored"),
        pytest.param(Reading("a", 100, WALL), Reading("a", 40, WALL - 30), 0, id="snapshot restored and set back"),
        pytest.param(Reading("", 100, WALL), Reading("", 160, WALL - 9_999), 60, id="unnamed start, set back"),
        pytest.param(Reading("", 100, WALL), Reading("", 160, WALL + 500), 500, id="unnamed start, perhaps another one"),
        pytest.param(Reading("", 100, WALL), Reading("", 40, WALL - 500), 40, id="unnamed start, another one, set back"),
        pytest.param(Reading("a", 100, WALL), Reading("", 160, WALL + 60), 60, id="the name was lost"),
    ],
)  # fmt: skip
def test_seconds_between_two_readings(before: Reading, now: Reading, seconds: float) -> None:
    assert seconds_between(before, now) == seconds


def test_the_machines_own_clock_goes_on() -> None:
    clock = SystemClock()
    first, second = clock.read(), clock.read()
    assert second.boot_seconds >= first.boot_seconds
    assert first.boot_id == second.boot_id
    assert seconds_between(first, second) < 60


def test_time_counts_while_it_is_open_and_ends_the_exam(store: Store, pack: Pack, hands: Hands) -> None:
    session = begin(store, pack, hands)
    hands.go(TEN_MINUTES - 1)
    assert session.tick().seconds_left == 1
    assert session.save_draft(1, "last words")
    hands.go(1)
    assert not session.save_draft(1, "too late")
    ended = session.attempt
    assert (ended.state, ended.elapsed, ended.ended_at) == (ExamState.TIME_OVER, TEN_MINUTES, WALL + TEN_MINUTES)
    assert texts(session)[1, RULES] == "last words"
    hands.go(5_000)
    assert session.tick() == ended


@pytest.mark.parametrize("change", ["flag", "note", "go_to", "hand_in"])
def test_nothing_changes_after_the_end(store: Store, pack: Pack, hands: Hands, change: str) -> None:
    session = begin(store, pack, hands)
    hands.go(TEN_MINUTES + 5)
    if change == "hand_in":
        assert session.hand_in().state is ExamState.TIME_OVER
    else:
        arguments = {"flag": (2,), "note": (2, "x"), "go_to": (2,)}[change]
        assert getattr(session, change)(*arguments) is False
    attempt = session.attempt
    assert attempt.ended_at == WALL + TEN_MINUTES
    assert (attempt.current, attempt.tasks[1].flagged, attempt.tasks[1].note) == (1, False, "")


@pytest.mark.parametrize("clock, counting, left", [
    pytest.param(ExamClock.RUNNING, False, 400, id="running"),
    pytest.param(ExamClock.PAUSED, False, 500, id="paused while closed"),
    pytest.param(ExamClock.PAUSED, True, 400, id="paused, but the work goes on in a folder"),
])  # fmt: skip
def test_closed_time_counts_as_the_exam_says(
    store: Store, pack: Pack, hands: Hands, clock: ExamClock, counting: bool, left: float
) -> None:
    session = begin(store, pack, hands, clock, counting=counting)
    hands.go(100)
    assert session.tick().seconds_left == 500
    hands.go(100)
    again = ExamSession.resume(store, hands, counting=counting)
    assert again.attempt.seconds_left == left
    hands.go(50)
    assert again.tick().seconds_left == left - 50


@pytest.mark.parametrize("back", [0.0, 3_600.0, 1e9])
def test_setting_the_wall_clock_gives_no_time(store: Store, pack: Pack, hands: Hands, back: float) -> None:
    session = begin(store, pack, hands)
    for _ in range(5):
        hands.go(100)
        hands.wall -= back
        session.tick()
    assert ExamSession.resume(store, hands).attempt.seconds_left == 100


def test_a_reboot_with_the_wall_clock_set_back_gives_no_more_than_the_time_off(store: Store, pack: Pack, hands: Hands) -> None:
    begin(store, pack, hands)
    hands.go(100)
    ExamSession.resume(store, hands)
    hands.reboot(off=60, up=30)
    hands.wall -= 1e6
    assert ExamSession.resume(store, hands).attempt.elapsed == 130
    hands.reboot(off=50, up=20)
    assert ExamSession.resume(store, hands).attempt.elapsed == 200


def test_pausing_stops_the_clock_of_a_training_exam_only(store: Store, pack: Pack, hands: Hands) -> None:
    session = begin(store, pack, hands, ExamClock.PAUSED, counting=True)
    hands.go(60)
    assert session.pause().seconds_left == 540
    hands.go(9_000)
    assert session.look().seconds_left == 540
    again = ExamSession.resume(store, hands, counting=True)
    hands.go(40)
    assert again.look().seconds_left == 500
    again.hand_in()
    running = begin(store, pack, hands)
    with pytest.raises(ExamError, match="cannot be stopped"):
        running.pause()


@pytest.mark.parametrize("is_open, left", [(True, 500), (False, 600)])
def test_a_look_at_a_stopped_clock_changes_nothing(store: Store, pack: Pack, hands: Hands, is_open: bool, left: float) -> None:
    """Looking takes no time from who has it closed, and none away from the program that has it open."""
    session = begin(store, pack, hands, ExamClock.PAUSED)
    for _ in range(10):
        hands.go(10)
        ExamSession(store, session.number, hands).look()
    assert (session.tick() if is_open else ExamSession.resume(store, hands).attempt).seconds_left == left


def test_two_programs_count_each_second_once(tmp_path: Path, store: Store, pack: Pack, hands: Hands) -> None:
    session = begin(store, pack, hands)
    other = ExamSession(Store.open(tmp_path / "home"), session.number, hands)
    for step in range(10):
        hands.go(10)
        (session, other)[step % 2].tick()
        (session, other)[step % 3 == 0].tick()
    assert session.attempt.elapsed == other.attempt.elapsed == 100


# What is kept.


def test_everything_is_there_again(store: Store, pack: Pack, hands: Hands) -> None:
    session = begin(store, pack, hands)
    assert session.go_to(2)
    hands.go(30)
    assert session.save_draft(2, PASSING)
    assert session.save_draft(2, "web\n", "culprit.txt")
    assert session.flag(1)
    assert session.flag(2)
    assert session.flag(2, False)
    assert session.note(1, "come back ☃")
    again = ExamSession.resume(store, hands)
    attempt = again.attempt
    assert (attempt.exam, attempt.current, attempt.state, attempt.seed) == ("fixed", 2, ExamState.RUNNING, 0)
    first, second = attempt.tasks
    assert (first.flagged, first.note, first.edited, first.seconds) == (True, "come back ☃", False, 0)
    assert (second.flagged, second.note, second.edited, second.seconds) == (False, "", True, 30)
    assert texts(again)[2, RULES] == PASSING
    assert texts(again)[2, "culprit.txt"] == "web\n"
    assert texts(again)[1, RULES] == attempt_sheets(attempt, pack)[0].files[RULES]


def test_seconds_go_to_the_task_that_the_learner_is_at(store: Store, pack: Pack, hands: Hands) -> None:
    session = begin(store, pack, hands)
    for number, seconds in ((2, 20), (1, 30), (2, 50)):
        hands.go(seconds)
        session.go_to(number)
    hands.go(7)
    attempt = session.tick()
    assert [task.seconds for task in attempt.tasks] == [20 + 50, 30 + 7]
    assert sum(task.seconds for task in attempt.tasks) == attempt.elapsed


def test_there_is_no_task_of_another_number(store: Store, pack: Pack, hands: Hands) -> None:
    with pytest.raises(ExamError, match="no task 3"):
        begin(store, pack, hands).go_to(3)


def test_one_exam_at_a_time(store: Store, pack: Pack, hands: Hands) -> None:
    first = begin(store, pack, hands)
    with pytest.raises(ExamError, match="attempt 1 at the exam 'fixed' is running") as raised:
        begin(store, pack, hands)
    assert "--finish" in raised.value.help
    first.hand_in()
    second = begin(store, pack, hands)
    hands.go(TEN_MINUTES)
    third = begin(store, pack, hands)
    assert second.attempt.state is ExamState.TIME_OVER
    assert attempt_numbers(store) == (3, 2, 1)
    assert running_attempt(store) == third.number


def test_no_exam_is_running(store: Store) -> None:
    with pytest.raises(ExamError, match="no exam is running"):
        ExamSession.resume(store)
    with pytest.raises(ExamError, match="no exam attempt 9"):
        _ = ExamSession(store, 9).attempt


# The folder.


def files_of(folder: Path) -> tuple[Path, Path]:
    return folder / "01-find-shells" / RULES, folder / "02-find-files" / RULES


def test_the_folders_files_are_saved_and_timed_by_their_saves(tmp_path: Path, store: Store, pack: Pack, hands: Hands) -> None:
    session = begin(store, pack, hands, folder=tmp_path / "work")
    first, second = files_of(tmp_path / "work")
    write_at(first, "one", WALL + 40)
    write_at(second, "two", WALL + 100)
    hands.go(130)
    attempt = session.collect()
    assert texts(session)[1, RULES] == "one"
    assert texts(session)[2, RULES] == "two"
    assert [task.seconds for task in attempt.tasks] == [40, 90]
    assert attempt.current == 2
    assert [task.edited for task in attempt.tasks] == [True, True]


@pytest.mark.parametrize("saved, counts", [(TEN_MINUTES - 1, True), (TEN_MINUTES + 1, False)])
def test_only_what_was_saved_before_the_deadline_counts(
    tmp_path: Path, store: Store, pack: Pack, hands: Hands, saved: float, counts: bool
) -> None:
    session = begin(store, pack, hands, folder=tmp_path / "work")
    first, second = files_of(tmp_path / "work")
    write_at(first, "kept by a look in between", WALL + 100)
    hands.go(110)
    session.collect()
    write_at(first, "last change", WALL + saved)
    write_at(second, "in time", WALL + 300)
    hands.go(5_000)
    again = ExamSession.resume(store, hands)
    attempt = again.attempt
    assert (attempt.state, attempt.ended_at) == (ExamState.TIME_OVER, WALL + TEN_MINUTES)
    assert texts(again)[1, RULES] == ("last change" if counts else "kept by a look in between")
    assert texts(again)[2, RULES] == "in time"
    assert sum(task.seconds for task in attempt.tasks) == TEN_MINUTES


def test_edits_after_handing_in_do_not_count(tmp_path: Path, store: Store, pack: Pack, hands: Hands) -> None:
    session = begin(store, pack, hands, folder=tmp_path / "work")
    first, _ = files_of(tmp_path / "work")
    write_at(first, "handed in", WALL + 10)
    hands.go(20)
    assert session.hand_in().ended_at == WALL + 20
    write_at(first, "afterwards", WALL + 15)
    session.collect()
    session.look()
    assert texts(session)[1, RULES] == "handed in"


def test_a_wall_clock_that_was_set_back_loses_no_edit(tmp_path: Path, store: Store, pack: Pack, hands: Hands) -> None:
    session = begin(store, pack, hands, folder=tmp_path / "work")
    first, _ = files_of(tmp_path / "work")
    write_at(first, "one", WALL + 50)
    hands.go(60)
    session.collect()
    hands.wall -= 10_000
    write_at(first, "two", hands.wall)
    session.collect()
    assert texts(session)[1, RULES] == "two"


def test_what_is_missing_in_the_folder_is_written_again(tmp_path: Path, store: Store, pack: Pack, hands: Hands) -> None:
    session = begin(store, pack, hands, folder=tmp_path / "work")
    first, second = files_of(tmp_path / "work")
    write_at(first, "mine", WALL + 1)
    session.collect()
    first.unlink()
    session.collect()
    assert session.bring_back() == 1
    assert first.read_text() == "mine"
    assert session.save_draft(2, "written by a program")
    assert session.bring_back() == 1
    assert second.read_text() == "written by a program"
    assert session.bring_back() == 0
    write_at(second, "edited again", WALL + 2)
    assert session.bring_back() == 0
    session.collect()
    assert texts(session)[2, RULES] == "edited again"


def test_a_file_that_cannot_be_read_is_told_of_and_keeps_its_draft(
    tmp_path: Path, store: Store, pack: Pack, hands: Hands
) -> None:
    session = begin(store, pack, hands, folder=tmp_path / "work")
    first, second = files_of(tmp_path / "work")
    write_at(first, "mine", WALL + 1)
    session.collect()
    first.unlink()
    first.mkdir()
    second.write_bytes(b"\x00" * 100)
    session.collect()
    assert len(session.problems) == 2
    assert all("stays" in problem for problem in session.problems)
    assert texts(session)[1, RULES] == "mine"


def test_bytes_that_are_no_utf8_come_back_as_they_were(tmp_path: Path, store: Store, pack: Pack, hands: Hands) -> None:
    session = begin(store, pack, hands, folder=tmp_path / "work")
    first, _ = files_of(tmp_path / "work")
    first.write_bytes(b"# \xff\xfe\r\n")
    session.collect()
    first.unlink()
    session.bring_back()
    assert first.read_bytes() == b"# \xff\xfe\r\n"


def test_sharing_seconds_never_makes_or_loses_any() -> None:
    saves = [FolderFile(2, "f", "", WALL + 70), FolderFile(1, "f", "", WALL - 500), FolderFile(3, "f", "", WALL + 9_000)]
    shares, current = share_seconds(100.0, WALL + 100, saves, 4)
    assert shares == {1: 0.0, 2: 70.0, 3: 30.0}
    assert current == 3
    assert share_seconds(100.0, WALL, [], 4) == ({4: 100.0}, 4)


# Kills and processes.

WRITER = """
import os, signal, sys, time
from pathlib import Path
from trainer.session import Store
from trainer.session.exam import ExamSession
folder, kills = Path(sys.argv[1]), int(sys.argv[2])
wait = 0.0
for kill in range(kills):
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        session = ExamSession.resume(Store.open(folder))
        for n in range(10_000):
            done = session.save_draft(1, f"{kill}:{n}") and session.note(2, f"{kill}:{n}") and session.flag(1, n % 2 == 0)
            os.write(write, f"{kill}:{n}\\n".encode() if done else b"refused\\n")
        os._exit(1)
    os.close(write)
    first = os.read(read, 65536)
    wait = (wait * 7 + 0.0013) % 0.004
    time.sleep(wait)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    said = first
    while more := os.read(read, 65536):
        said += more
    os.close(read)
    last = int(said.decode().split("\\n")[-2].split(":")[1])
    with Store.open(folder) as store:
        session = ExamSession.resume(store)
        draft = next(draft for draft in session.drafts() if draft.number == 1)
        note = session.attempt.tasks[1].note
        for kept in (draft.text, note):
            which, count = kept.split(":")
            assert int(which) == kill and int(count) in (last, last + 1), (kill, last, kept)
        assert session.attempt.elapsed >= 0
print("kept")
"""


def test_a_kill_at_any_moment_loses_nothing(tmp_path: Path, store: Store, pack: Pack) -> None:
    """200 times a process that saves without pause is killed; what it had said to be saved is there, and the exam goes on."""
    exam = replace(exam_of(pack), duration_minutes=480)
    ExamSession.begin(store, exam, pack, draw_sheets(exam, pack, 0), seed=0)
    store.close()
    done = subprocess.run(
        [sys.executable, "-c", WRITER, str(tmp_path / "home"), "200"], capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.returncode) == ("kept\n", 0), done.stderr
    attempt = ExamSession.resume(Store.open(tmp_path / "home")).attempt
    assert attempt.state is ExamState.RUNNING
    assert sum(task.seconds for task in attempt.tasks) == pytest.approx(attempt.elapsed)


def test_processes_that_begin_at_once_begin_one_exam(tmp_path: Path, store: Store, pack: Pack) -> None:
    store.close()
    code = (
        "import sys; from pathlib import Path\n"
        "from trainer.content import load_pack; from trainer.errors import ExamError; from trainer.session import Store\n"
        "from trainer.session.exam import ExamSession, draw_sheets\n"
        "pack, _ = load_pack(Path(sys.argv[1])); exam = pack.exams[1]; sheets = draw_sheets(exam, pack, 0)\n"
        "store = Store.open(Path(sys.argv[2])); input()\n"
        "try: ExamSession.begin(store, exam, pack, sheets, seed=0); print('began')\n"
        "except ExamError: print('refused')\n"
    )
    command = [sys.executable, "-c", code, str(pack.folder), str(tmp_path / "home")]
    running = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    said = [process.communicate("\n")[0].strip() for process in running]
    assert sorted(said) == ["began", "refused", "refused", "refused"]


def test_threads_of_two_stores_save_at_once(tmp_path: Path, store: Store, pack: Pack, hands: Hands) -> None:
    number = begin(store, pack, hands).number
    problems: list[StoreError] = []

    def save(task: int) -> None:
        with Store.open(tmp_path / "home") as own:
            session = ExamSession(own, number, hands)
            for count in range(50):
                try:
                    assert session.save_draft(task, str(count))
                except StoreError as error:
                    problems.append(error)

    threads = [threading.Thread(target=save, args=(task,)) for task in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    kept = {(draft.number, draft.file): draft.text for draft in ExamSession(store, number).drafts()}
    assert (kept[1, RULES], kept[2, RULES]) == ("49", "49")


def test_a_full_disk_refuses_the_change_and_keeps_the_draft(store: Store, pack: Pack, hands: Hands) -> None:
    session = begin(store, pack, hands)
    session.save_draft(1, "old")
    hands.go(10)
    pages = store.rows("PRAGMA page_count", ())[0][0]
    store.rows(f"PRAGMA max_page_count = {pages}", ())
    with pytest.raises(StoreError, match="full"):
        session.save_draft(1, "x" * 1_000_000)
    assert texts(session)[1, RULES] == "old"
    assert session.attempt.elapsed == 0
    assert session.tick().elapsed == 10


# The store of version 1.

VERSION_1 = """
CREATE TABLE draft (
    exercise TEXT NOT NULL, file TEXT NOT NULL, text BLOB NOT NULL, saved_at REAL NOT NULL, PRIMARY KEY (exercise, file)
) WITHOUT ROWID;
CREATE TABLE attempt (
    id INTEGER PRIMARY KEY, exercise TEXT NOT NULL, at REAL NOT NULL, seconds REAL, score INTEGER NOT NULL,
    max_score INTEGER NOT NULL, passed INTEGER NOT NULL,
    hints INTEGER NOT NULL DEFAULT 0, rules BLOB NOT NULL, report TEXT NOT NULL
);
CREATE INDEX attempt_exercise ON attempt (exercise, id);
CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO draft VALUES ('a', 'falco_rules.local.yaml', x'6d696e65', 1.0);
INSERT INTO attempt (exercise, at, score, max_score, passed, rules, report) VALUES ('a', 1.0, 10, 10, 1, x'72', '{}');
INSERT INTO setting VALUES ('theme', 'dark');
PRAGMA user_version = 1;
"""


def old_store(folder: Path) -> Path:
    folder.mkdir()
    database = sqlite3.connect(folder / "progress.sqlite3")
    database.executescript(VERSION_1)
    database.close()
    return folder


def test_an_old_store_is_upgraded_in_place_and_keeps_everything(tmp_path: Path, pack: Pack, hands: Hands) -> None:
    with Store.open(old_store(tmp_path / "old")) as store:
        assert store.draft("a") == "mine"
        assert store.exercise_state("a") is ExerciseState.PASSED
        assert store.setting("theme") == "dark"
        assert store.rows("PRAGMA user_version", ()) == [(4,)]
        assert begin(store, pack, hands).attempt.state is ExamState.RUNNING
    with Store.open(tmp_path / "old") as store:
        assert running_attempt(store) == 1


def test_processes_that_upgrade_at_once(tmp_path: Path) -> None:
    folder = old_store(tmp_path / "old")
    code = (
        "import sys; from pathlib import Path; from trainer.session import Store\ninput(); Store.open(Path(sys.argv[1])).close()"
    )
    command = [sys.executable, "-c", code, str(folder)]
    running = [subprocess.Popen(command, stdin=subprocess.PIPE, text=True) for _ in range(4)]
    for process in running:
        process.communicate("\n")
    assert [process.returncode for process in running] == [0] * 4
    with Store.open(folder) as store:
        assert store.draft("a") == "mine"


# Grading what was saved.


def graded(store: Store, session: ExamSession, pack: Pack) -> ExamAttempt:
    session.hand_in()
    grade_attempt(store, session.number, pack)
    return session.attempt


def test_an_attempt_is_graded_with_what_was_saved_once(store: Store, pack: Pack, hands: Hands) -> None:
    session = begin(store, pack, hands)
    with pytest.raises(ExamError, match="has not ended"):
        grade_attempt(store, session.number, pack)
    hands.go(60)
    session.save_draft(1, PASSING)
    session.go_to(2)
    session.save_draft(2, "web\n", "culprit.txt")
    hands.go(90)
    attempt = graded(store, session, pack)
    report = exam_report(store, session.number)
    assert report is not None
    first, second = report.tasks
    # The first task whole: 10 of 10. The second: loads (1) and the answer (2) of 12, at a weight of 5.
    assert (first.score, first.max_score) == (10, 10)
    assert (float(second.score), second.max_score) == (1.25, 5)
    assert report.percent == attempt.percent == 75.0
    assert report.passed is attempt.passed is True
    assert [(task.seconds, task.target_seconds) for task in report.tasks] == [(60, 120), (90, 120)]
    assert report.to_json() == json.loads(json.dumps(report.to_json()))
    assert all(one.actual and one.expected for task in report.tasks for one in task.criteria)


def test_the_report_is_the_same_at_once_and_read_again(store: Store, pack: Pack, hands: Hands) -> None:
    """3.46 seconds are kept as 3.5, which people read as another number of whole seconds."""
    session = begin(store, pack, hands)
    hands.go(3.46)
    session.hand_in()
    assert grade_attempt(store, session.number, pack) == exam_report(store, session.number)


def test_a_task_that_cannot_be_graded_costs_nothing_and_is_tried_again(store: Store, pack: Pack, hands: Hands) -> None:
    session = begin(store, pack, hands)
    session.save_draft(2, PASSING)
    session.save_draft(2, "web", "culprit.txt")
    session.hand_in()
    without = replace(pack, exercises=tuple(one for one in pack.exercises if one.slug != "find-shells"))
    report = grade_attempt(store, session.number, without)
    assert report.tasks[0].problem
    assert (report.score, report.max_score, report.percent) == (5, 5, 100.0)
    assert exam_report(store, session.number) is None
    assert grade_attempt(store, session.number, pack).percent == pytest.approx(40.0)
    assert exam_report(store, session.number) is not None


def test_an_exam_file_that_changes_afterwards_changes_no_attempt(tmp_path: Path, store: Store, pack: Pack, hands: Hands) -> None:
    session = begin(store, pack, hands)
    changed = FIXED.replace("duration_minutes: 10", "duration_minutes: 99").replace("points: 5", "points: 50")
    (pack.folder / "exercises" / "exams" / "fixed.yaml").write_text(changed)
    attempt = ExamSession.resume(store, hands).attempt
    assert (attempt.duration, [task.points for task in attempt.tasks]) == (TEN_MINUTES, [10, 5])
    assert session.number == attempt.id
