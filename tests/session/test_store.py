"""The progress store: what is kept, two processes at once, and what is said when it cannot be written."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from trainer.errors import StoreError
from trainer.session import ExerciseState, Store, data_folder


def test_drafts_are_kept_by_exercise_and_file(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        assert store.draft("a") is None
        store.save_draft("a", "one")
        store.save_draft("a", "two ☃")
        store.save_draft("a", "json_output: true", "falco.yaml")
        store.save_draft("b", "")
    with Store.open(tmp_path) as store:
        assert store.draft("a") == "two ☃"
        assert store.draft("a", "falco.yaml") == "json_output: true"
        assert store.draft("b") == ""
        store.drop_draft("a")
        assert store.draft("a") is None


def test_a_draft_that_is_not_utf8_comes_back_as_it_was(tmp_path: Path) -> None:
    text = b"\xff ok".decode("utf-8", "surrogateescape")
    with Store.open(tmp_path) as store:
        store.save_draft("a", text)
        assert store.draft("a") == text


def test_states_and_attempts(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        store.save_draft("drafted", "x")
        assert store.exercise_state("drafted") is ExerciseState.NEW
        store.record_attempt("a", "rules 1", {"n": 1}, 3, 10, False, seconds=12.5, hints=2)
        assert store.exercise_state("a") is ExerciseState.TRIED
        store.record_attempt("a", "rules 2", {"n": 2}, 10, 10, True)
        store.record_attempt("a", "rules 3", {"n": 3}, 0, 10, False)
        assert str(store.exercise_state("a")) == "passed"
        assert store.attempt_count("a") == 3
        assert store.attempt_count("b") == 0
        newest, _, oldest = store.attempts("a")
        assert (newest.rules, newest.score, newest.passed) == ("rules 3", 0, False)
        assert (oldest.seconds, oldest.hints, oldest.report) == (12.5, 2, {"n": 1})
        assert store.states(["a", "b"]) == {"a": ExerciseState.PASSED, "b": ExerciseState.NEW}


def test_settings(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        assert store.setting("theme") is None
        store.set_setting("theme", "dark")
        store.set_setting("theme", "light")
        assert store.setting("theme") == "light"


def test_the_environment_chooses_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CKS_TRAINER_HOME", str(tmp_path / "deep" / "home"))
    assert data_folder() == tmp_path / "deep" / "home"
    with Store.open() as store:
        store.save_draft("a", "x")
    assert (tmp_path / "deep" / "home").is_dir()
    monkeypatch.delenv("CKS_TRAINER_HOME")
    assert "cks-trainer" in str(data_folder())


def test_processes_write_at_once_and_nothing_is_lost(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from trainer.session import Store\n"
        "for n in range(40):\n"
        "    with Store.open(Path(sys.argv[1])) as s:\n"
        "        s.record_attempt('a', sys.argv[2], {}, n, 40, False); s.save_draft(sys.argv[2], str(n))\n"
    )
    running = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path), str(number)]) for number in range(3)]
    assert [process.wait() for process in running] == [0, 0, 0]
    with Store.open(tmp_path) as store:
        assert store.attempt_count("a") == 120
        assert [store.draft(str(number)) for number in range(3)] == ["39"] * 3


def test_a_killed_writer_leaves_the_old_draft(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        store.save_draft("a", "old")
    code = (
        "import os, sys; from pathlib import Path; from trainer.session import Store\n"
        "s = Store.open(Path(sys.argv[1])); s._db.execute('BEGIN IMMEDIATE')\n"
        "s._db.execute(\"UPDATE draft SET text = 'half'\"); os.kill(os.getpid(), 9)\n"
    )
    assert subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False).returncode == -9
    with Store.open(tmp_path) as store:
        assert store.draft("a") == "old"


def test_a_full_disk_is_a_clear_error_and_keeps_the_old_draft(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        store.save_draft("a", "old")
        store._db.execute(f"PRAGMA max_page_count = {store._db.execute('PRAGMA page_count').fetchone()[0]}")
        with pytest.raises(StoreError, match="full") as raised:
            store.save_draft("a", "x" * 1_000_000)
        assert "free some space" in raised.value.help
        assert store.draft("a") == "old"
        store.save_draft("a", "new")
        assert store.draft("a") == "new"


def test_a_read_only_store_is_a_clear_error(tmp_path: Path) -> None:
    with Store.open(tmp_path) as store:
        store._db.execute("PRAGMA query_only = ON")
        with pytest.raises(StoreError, match="cannot be written") as raised:
            store.save_draft("a", "x")
        assert "CKS_TRAINER_HOME" in raised.value.help


@pytest.mark.parametrize("make", ["a file where the folder should be", "not a database", "a newer store", "no folder possible"])
def test_a_store_that_cannot_be_opened(tmp_path: Path, make: str) -> None:
    folder = tmp_path / "home"
    words = {"a file where the folder should be": "kept", "not a database": "damaged", "a newer store": "newer"}.get(make, "kept")
    if make.startswith("a file"):
        folder.write_text("x")
    elif make.startswith("not"):
        folder.mkdir()
        (folder / "progress.sqlite3").write_bytes(b"nonsense" * 1000)
    elif make.startswith("a newer"):
        Store.open(folder).close()
        database = sqlite3.connect(folder / "progress.sqlite3")
        database.execute("PRAGMA user_version = 99")
        database.close()
    else:
        folder = Path("/proc/nowhere")
    with pytest.raises(StoreError, match=words) as raised:
        Store.open(folder)
    assert raised.value.help
