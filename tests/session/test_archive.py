"""Export, import and reset: nothing is lost, twice is once, and what is broken changes nothing."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.practice_data import practise
from trainer.errors import StoreError
from trainer.session import Store
from trainer.session.archive import FORMAT_VERSION, export_data, import_data, reset_data
from trainer.session.store import _MIGRATIONS

TABLES = ("attempt", "draft", "earlier_draft", "sitting", "setting", "exam_attempt", "exam_task", "exam_draft")


def contents(store: Store) -> dict[str, list[Any]]:
    """Every table, without the numbers of rows."""
    found = {}
    for table in TABLES:
        columns = [row[1] for row in store.rows(f"PRAGMA table_info({table})", ()) if row[1] != "id" or table == "sitting"]
        found[table] = sorted(store.rows(f"SELECT {', '.join(columns)} FROM {table}", ()), key=repr)
    return found


def add_exam(store: Store, seed: int, state: str = "time over") -> None:
    with store.change() as db:
        number = db.execute(
            "INSERT INTO exam_attempt (exam, uuid, pack, title, seed, duration, pass_percent, clock, counting, started_at, elapsed,"
            " boot_id, boot_seconds, wall_seconds, current, state) VALUES ('e', 'u', 'p@1', '{}', ?, 60, 67, 'running', 1, 100, 60,"
            " 'b', 1, 160, 1, ?)",
            (seed, state),
        ).lastrowid
        db.execute("INSERT INTO exam_task (attempt, number, exercise, points, seed) VALUES (?, 1, 'a', 5, 0)", (number,))
        db.execute("INSERT INTO exam_draft VALUES (?, 1, 'f', ?, 150, 's', 's')", (number, f"text of {seed} {state}".encode()))


def filled(folder: Path) -> Store:
    store = Store.open(folder)
    practise(store, "a", 3, False, True)
    practise(store, "b", 1, True)
    store.save_draft("a", b"\xff not utf-8".decode("utf-8", "surrogateescape"))
    store.set_setting("language", "ko")
    add_exam(store, 7)
    return store


def test_what_was_exported_comes_back_in_an_empty_store(tmp_path: Path) -> None:
    with filled(tmp_path / "one") as one, Store.open(tmp_path / "two") as two:
        assert export_data(one, tmp_path / "file") == 4
        merged = import_data(two, tmp_path / "file")
        assert merged.added["attempt"] == 3
        assert contents(two) == contents(one)
        assert import_data(two, tmp_path / "file").nothing
        assert contents(two) == contents(one)


def test_a_merge_keeps_both_sides(tmp_path: Path) -> None:
    with filled(tmp_path / "one") as one, Store.open(tmp_path / "two") as two:
        two.save_draft("a", "newer")
        practise(two, "c", 2, True)
        add_exam(two, 8, "running")
        with one.change() as db:
            db.execute("UPDATE exam_attempt SET state = 'running', ended_at = NULL")
        export_data(one, tmp_path / "file")
        import_data(two, tmp_path / "file")
        assert two.draft("a") == "newer"
        assert [row[0] for row in two.rows("SELECT text FROM earlier_draft", ())] == [
            "\udcff not utf-8".encode("utf-8", "surrogatepass")
        ]
        assert {row[0] for row in two.rows("SELECT DISTINCT exercise FROM attempt", ())} == {"a", "b", "c"}
        assert two.rows("SELECT seed, state FROM exam_attempt ORDER BY seed", ()) == [(7, "handed in"), (8, "running")]
        drafts = two.rows("SELECT t.seed, d.text FROM exam_draft d JOIN exam_attempt t ON t.id = d.attempt ORDER BY 1", ())
        assert [text for _, text in drafts] == [b"text of 7 time over", b"text of 8 running"]


def test_an_exam_that_ended_elsewhere_ends_here_and_loses_no_text(tmp_path: Path) -> None:
    with Store.open(tmp_path / "one") as one, Store.open(tmp_path / "two") as two:
        add_exam(one, 7)
        add_exam(two, 7, "running")
        export_data(one, tmp_path / "file")
        import_data(two, tmp_path / "file")
        assert two.rows("SELECT state FROM exam_attempt", ()) == [("time over",)]
        assert two.rows("SELECT text FROM exam_draft", ()) == [(b"text of 7 time over",)]
        assert two.rows("SELECT exercise, text FROM earlier_draft", ()) == [("exam e, task 1", b"text of 7 running")]


def change(key: str, value: object) -> Callable[[dict[str, Any]], object]:
    return lambda data: data.update({key: value})


@pytest.mark.parametrize(
    "spoil, word",
    [
        (change("format_version", FORMAT_VERSION + 1), "newer"),
        (change("format", "other"), "does not hold data"),
        (change("format_version", "1"), "damaged"),
        (change("tables", None), "damaged"),
        (lambda data: data["tables"]["attempt"][1].pop("at"), "attempt, row 2: at"),
        (lambda data: data["tables"]["attempt"][2].update(score="many"), "attempt, row 3: score"),
        (lambda data: data["tables"]["sitting"].append(None), "sitting, row 3"),
    ],
)
def test_a_file_that_cannot_be_merged_changes_nothing(tmp_path: Path, spoil: Callable[[Any], object], word: str) -> None:
    with filled(tmp_path / "one") as one, Store.open(tmp_path / "two") as two:
        export_data(one, tmp_path / "file")
        data = json.loads((tmp_path / "file").read_text())
        spoil(data)
        (tmp_path / "file").write_text(json.dumps(data))
        before = contents(two)
        with pytest.raises(StoreError, match=word) as raised:
            import_data(two, tmp_path / "file")
        assert raised.value.help
        assert contents(two) == before


@pytest.mark.parametrize("text", [b"", b"\xff\xfe", b"[1]", b"[" * 100_000])
def test_other_files_are_refused(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "file").write_bytes(text)
    with Store.open(tmp_path / "home") as store, pytest.raises(StoreError):
        import_data(store, tmp_path / "file")


def test_an_export_replaces_no_file_unasked(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with filled(tmp_path / "home") as store:
        with pytest.raises(StoreError, match="exists"):
            export_data(store, tmp_path / "file")
        assert (tmp_path / "file").read_text() == "mine"
        export_data(store, tmp_path / "file", replace=True)
    assert json.loads((tmp_path / "file").read_text())["format"] == "cks-trainer-data"
    assert not list(tmp_path.glob(".file*"))


def test_a_reset_can_be_taken_back(tmp_path: Path) -> None:
    with filled(tmp_path / "home") as store:
        before = contents(store)
        one = reset_data(store, "a")
        assert store.attempt_count("a") == 0
        assert store.draft("a") is None
        assert store.attempt_count("b") == 1
        everything = reset_data(store)
        assert one != everything
        assert {table: rows for table, rows in contents(store).items() if rows} == {"setting": before["setting"]}
        import_data(store, one)
        assert contents(store) == before


def test_no_reset_without_its_backup(tmp_path: Path) -> None:
    with filled(tmp_path / "home") as store:
        before = contents(store)
        (tmp_path / "home" / "backups").write_text("in the way")
        with pytest.raises(StoreError):
            reset_data(store)
        assert contents(store) == before


def test_no_reset_while_an_exam_runs(tmp_path: Path) -> None:
    with filled(tmp_path / "home") as store:
        add_exam(store, 9, "running")
        with pytest.raises(StoreError, match="running"):
            reset_data(store)
        assert store.attempt_count("b") == 1


def test_a_store_of_the_version_before_keeps_everything(tmp_path: Path) -> None:
    db = sqlite3.connect(tmp_path / "progress.sqlite3")
    for schema in _MIGRATIONS[:2]:
        db.executescript(schema)
    db.execute(
        "INSERT INTO attempt (exercise, at, score, max_score, passed, rules, report) VALUES ('a', 5, 1, 1, 1, x'41', '{}')"
    )
    db.execute("INSERT INTO draft VALUES ('a', 'f', x'42', 6)")
    db.execute("PRAGMA user_version = 2")
    db.commit()
    db.close()
    with Store.open(tmp_path) as store:
        attempt = store.attempts("a")[0]
        assert (attempt.rules, attempt.seed, attempt.pack, attempt.solution, attempt.sitting) == ("A", 0, None, False, None)
        assert store.draft("a", "f") == "B"


def test_two_histories_are_the_same_whichever_is_merged_into_the_other(tmp_path: Path) -> None:
    with filled(tmp_path / "one") as one, Store.open(tmp_path / "two") as two:
        practise(two, "a", 2, True, seconds=50)
        practise(two, "c", 2, False)
        two.save_draft("a", "of two")
        export_data(one, tmp_path / "one.json")
        export_data(two, tmp_path / "two.json")
        import_data(one, tmp_path / "two.json")
        import_data(two, tmp_path / "one.json")
        assert contents(one) == contents(two)
        assert len(contents(one)["attempt"]) == 5


def test_a_killed_reset_leaves_everything_and_a_whole_backup(tmp_path: Path) -> None:
    filled(tmp_path / "home").close()
    code = (
        "import os, sys; from pathlib import Path; from trainer.session import Store; from trainer.session import archive\n"
        "write = archive._write\n"
        "def killed(path, data): write(path, data); os.kill(os.getpid(), 9)\n"
        "archive._write = killed\n"
        "with Store.open(Path(sys.argv[1])) as store: archive.reset_data(store)\n"
    )
    assert subprocess.run([sys.executable, "-c", code, str(tmp_path / "home")], check=False).returncode == -9
    with Store.open(tmp_path / "home") as store, Store.open(tmp_path / "new") as new:
        assert store.attempt_count("a") == 2
        import_data(new, next((tmp_path / "home" / "backups").glob("*.json")))
        assert contents(new) == contents(store)


def test_giving_up_comes_along_and_older_files_know_nothing_of_it(tmp_path: Path) -> None:
    with Store.open(tmp_path / "one") as one, Store.open(tmp_path / "two") as two, Store.open(tmp_path / "three") as three:
        practise(one, "a", 1, False)
        one.record_attempt("a", "# gave up", {}, 0, 10, False, gave_up=True)
        export_data(one, tmp_path / "file")
        import_data(two, tmp_path / "file")
        assert [attempt.gave_up for attempt in two.attempts("a")] == [True, False]
        data = json.loads((tmp_path / "file").read_text())
        for row in data["tables"]["attempt"]:
            del row["gave_up"]
        (tmp_path / "file").write_text(json.dumps(data))
        import_data(three, tmp_path / "file")
        assert [attempt.gave_up for attempt in three.attempts("a")] == [False, False]
