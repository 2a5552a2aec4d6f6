"""How the rows of an exported file become rows of a store that has rows of its own. One transaction of the caller's."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any

from trainer.session.store import to_bytes, to_text

Row = dict[str, Any]
TABLES: Mapping[str, Mapping[str, str]] = {
    "attempt": {
        "exercise": "text",
        "at": "real",
        "seconds": "real?",
        "score": "int",
        "max_score": "int",
        "passed": "int",
        "hints": "int",
        "rules": "blob",
        "report": "text",
        "seed": "int",
        "pack": "text?",
        "solution": "int",
        "sitting": "text?",
        "gave_up": "int",
    },
    "draft": {"exercise": "text", "file": "text", "text": "blob", "saved_at": "real"},
    "earlier_draft": {"exercise": "text", "file": "text", "saved_at": "real", "text": "blob", "sitting": "text?"},
    "sitting": {
        "id": "text",
        "exercise": "text",
        "seed": "int",
        "began_at": "real",
        "seconds": "real",
        "hints": "int",
        "solution": "int",
        "passed": "int",
    },
    "setting": {"name": "text", "value": "text"},
    "exam_attempt": {
        "id": "int",
        "exam": "text",
        "uuid": "text",
        "pack": "text",
        "title": "text",
        "seed": "int",
        "duration": "real",
        "pass_percent": "int",
        "clock": "text",
        "counting": "int",
        "started_at": "real",
        "elapsed": "real",
        "boot_id": "text",
        "boot_seconds": "real",
        "wall_seconds": "real",
        "current": "int",
        "state": "text",
        "ended_at": "real?",
        "folder": "text?",
        "percent": "real?",
        "passed": "int?",
        "report": "text?",
    },
    "exam_task": {
        "attempt": "int",
        "number": "int",
        "exercise": "text",
        "points": "int",
        "seed": "int",
        "flagged": "int",
        "note": "blob",
        "seconds": "real",
    },
    "exam_draft": {
        "attempt": "int",
        "number": "int",
        "file": "text",
        "text": "blob",
        "saved_at": "real",
        "starter": "text",
        "seen": "text",
    },
}
"""What is exported, with the type of each column; ``?``: it may be null."""
LATER: Mapping[str, Row] = {"attempt": {"gave_up": 0}}
"""Columns that files of earlier versions lack, and what they mean by that."""
ADDED = ("attempt", "exam_attempt", "draft", "earlier_draft", "sitting", "setting")
"""The tables whose growth an import tells."""


def merge(db: sqlite3.Connection, tables: Mapping[str, list[Row]]) -> None:
    """Puts in what is not there yet. Nothing that is there is lost."""
    for row in tables["attempt"]:
        _merge_attempt(db, row)
    for row in tables["earlier_draft"]:
        _keep_earlier(db, row)
    for row in tables["draft"]:
        _merge_draft(db, row)
    for row in tables["sitting"]:
        _merge_sitting(db, row)
    for row in tables["setting"]:
        db.execute("INSERT OR IGNORE INTO setting (name, value) VALUES (?, ?)", (row["name"], row["value"]))
    for row in tables["exam_attempt"]:
        _merge_exam(db, row, tables)


def _insert(db: sqlite3.Connection, table: str, row: Row, *, ignore: bool = False, without: str = "") -> int:
    columns = {name: kind for name, kind in TABLES[table].items() if name != without}
    values = [to_bytes(row[name]) if kind.startswith("blob") else row[name] for name, kind in columns.items()]
    marks = ", ".join("?" * len(values))
    verb = "INSERT OR IGNORE" if ignore else "INSERT"
    return int(db.execute(f"{verb} INTO {table} ({', '.join(columns)}) VALUES ({marks})", values).lastrowid or 0)


def _merge_attempt(db: sqlite3.Connection, row: Row) -> None:
    same = db.execute(
        "SELECT 1 FROM attempt WHERE exercise = ? AND at = ? AND rules = ?", (row["exercise"], row["at"], to_bytes(row["rules"]))
    )
    if same.fetchone() is None:
        _insert(db, "attempt", row)


def _keep_earlier(db: sqlite3.Connection, row: Row) -> None:
    """Two texts of one file and moment are both kept: the second gets the next moment that is free."""
    row = dict(row)
    while True:
        found = db.execute(
            "SELECT text FROM earlier_draft WHERE exercise = ? AND file = ? AND saved_at = ?",
            (row["exercise"], row["file"], row["saved_at"]),
        ).fetchone()
        if found is None:
            _insert(db, "earlier_draft", row)
            return
        if bytes(found[0]) == to_bytes(row["text"]):
            return
        row["saved_at"] += 0.001


def _merge_draft(db: sqlite3.Connection, row: Row) -> None:
    key = (row["exercise"], row["file"])
    found = db.execute("SELECT text, saved_at FROM draft WHERE exercise = ? AND file = ?", key).fetchone()
    if found is None:
        _insert(db, "draft", row)
        return
    text, saved_at = bytes(found[0]), found[1]
    if text == to_bytes(row["text"]):
        return
    if row["saved_at"] <= saved_at:
        _keep_earlier(db, {**row, "sitting": None})
        return
    db.execute(
        "INSERT OR IGNORE INTO earlier_draft (exercise, file, saved_at, text, sitting) VALUES (?, ?, ?, ?, NULL)",
        (*key, saved_at, text),
    )
    db.execute(
        "UPDATE draft SET text = ?, saved_at = ? WHERE exercise = ? AND file = ?", (to_bytes(row["text"]), row["saved_at"], *key)
    )


def _merge_sitting(db: sqlite3.Connection, row: Row) -> None:
    _insert(db, "sitting", row, ignore=True)
    db.execute(
        "UPDATE sitting SET seconds = max(seconds, ?), hints = max(hints, ?), solution = max(solution, ?), passed = max(passed, ?)"
        " WHERE id = ?",
        (row["seconds"], row["hints"], row["solution"], row["passed"], row["id"]),
    )


def _merge_exam(db: sqlite3.Connection, row: Row, tables: Mapping[str, list[Row]]) -> None:
    """An attempt that is there is replaced only by its own later self: by one that has ended, or that was graded."""
    row = {**row, "folder": None}  # of the computer that it was written on
    found = db.execute(
        "SELECT id, state, percent FROM exam_attempt WHERE uuid = ? AND seed = ? AND started_at = ?",
        (row["uuid"], row["seed"], row["started_at"]),
    ).fetchone()
    if found is not None:
        number, state, percent = found
        later = state == "running" and row["state"] != "running"
        graded = state != "running" and percent is None and row["percent"] is not None
        if not later and not graded:
            return
        _keep_exam_texts(db, number, row, tables["exam_draft"])
        for table, column in (("exam_attempt", "id"), ("exam_task", "attempt"), ("exam_draft", "attempt")):
            db.execute(f"DELETE FROM {table} WHERE {column} = ?", (number,))
    elif row["state"] == "running" and db.execute("SELECT 1 FROM exam_attempt WHERE state = 'running'").fetchone():
        row |= {"state": "handed in", "ended_at": row["wall_seconds"]}  # only one can run
    number = _insert(db, "exam_attempt", row, without="id")
    for table in ("exam_task", "exam_draft"):
        for part in tables[table]:
            if part["attempt"] == row["id"]:
                _insert(db, table, {**part, "attempt": number})


def _keep_exam_texts(db: sqlite3.Connection, number: int, row: Row, drafts: list[Row]) -> None:
    """Texts of an attempt that is about to be replaced, as far as its later self has others."""
    later = {(part["number"], part["file"]): part["text"] for part in drafts if part["attempt"] == row["id"]}
    for task, file, text, saved_at in db.execute(
        "SELECT number, file, text, saved_at FROM exam_draft WHERE attempt = ?", (number,)
    ).fetchall():
        mine = to_text(text)
        if later.get((task, file)) != mine:
            name = f"exam {row['exam']}, task {task}"
            _keep_earlier(db, {"exercise": name, "file": file, "saved_at": saved_at, "text": mine, "sitting": None})
