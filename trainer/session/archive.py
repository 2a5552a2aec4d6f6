"""All of a learner's data as one JSON file: written out, merged in without losing anything, and put aside before a reset.

A merge knows a row by what it is, not by its number: an attempt by exercise, moment and text; an exam attempt by exam, seed and
start. Of two drafts of one file the newer is the current one, and the other is kept among the earlier ones. Importing a file twice
is importing it once.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import sqlite3
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import trainer
from trainer.errors import StoreError
from trainer.session.exam_store import running_attempt
from trainer.session.merging import ADDED, LATER, TABLES, Row, merge
from trainer.session.store import Store, to_text

FORMAT = "cks-trainer-data"
FORMAT_VERSION = 1
_BACKUPS = "backups"


@dataclass(frozen=True, slots=True)
class Merged:
    """How many rows an import added, by what they are: a key of ADDED."""

    added: Mapping[str, int]

    @property
    def nothing(self) -> bool:
        return not any(self.added.values())


def backups_folder(store: Store) -> Path:
    return store.path.parent / _BACKUPS


def export_data(store: Store, path: Path, *, replace: bool = False) -> int:
    """Writes everything to ``path``, whole or not at all; how many attempts that were. Raises StoreError."""
    if path.exists() and not replace:
        raise StoreError(f"{path} exists already", "choose another name, or say --force to replace it")
    with store.change():  # nobody writes between two tables
        data = _everything(store)
    _write(path, data)
    return len(data["tables"]["attempt"]) + len(data["tables"]["exam_attempt"])


def import_data(store: Store, path: Path) -> Merged:
    """Merges a file that ``export_data`` wrote: all of it or, when something is wrong with it, nothing. Raises StoreError."""
    tables = _read(path)
    with store.change() as db:
        before = _counts(db)
        merge(db, tables)
        after = _counts(db)
    return Merged({table: after[table] - before[table] for table in ADDED})


def reset_data(store: Store, exercise: str | None = None) -> Path:
    """Forgets one exercise (by its key) or everything but the settings; the backup that was written first. Raises StoreError.

    The backup is made of what is then deleted: another running copy cannot write in between.
    """
    if exercise is None and (running := running_attempt(store)) is not None:
        raise StoreError(f"exam attempt {running} is running", "hand it in first: cks-trainer exam resume --finish")
    what = "all" if exercise is None else exercise.replace("/", "-")
    with store.change() as db:
        backup = _free_name(backups_folder(store), f"{time.strftime('%Y%m%d-%H%M%S')}-{what}")
        _write(backup, _everything(store))
        for table in ("attempt", "draft", "sitting", "earlier_draft"):
            if exercise is None:
                db.execute(f"DELETE FROM {table}")
            else:
                db.execute(f"DELETE FROM {table} WHERE exercise = ?", (exercise,))
        if exercise is None:
            for table in ("exam_attempt", "exam_task", "exam_draft"):
                db.execute(f"DELETE FROM {table}")
        db.execute("DELETE FROM setting WHERE name = 'last_exercise' AND value = coalesce(?, value)", (exercise,))
    return backup


def kept_of(store: Store, exercise: str) -> int:
    """How many rows a reset of one exercise would delete. Raises StoreError."""
    query = " UNION ALL ".join(
        f"SELECT count(*) AS n FROM {table} WHERE exercise = ?1" for table in ("attempt", "draft", "sitting", "earlier_draft")
    )
    return int(store.rows(f"SELECT sum(n) FROM ({query})", (exercise,))[0][0])


def _counts(db: sqlite3.Connection) -> dict[str, int]:
    return {table: int(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]) for table in ADDED}


def _everything(store: Store) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "written_by": f"cks-trainer {trainer.__version__}",
        "written_at": time.time(),
        "tables": {table: [_row(columns, row) for row in _rows(store, table, columns)] for table, columns in TABLES.items()},
    }


def _rows(store: Store, table: str, columns: Mapping[str, Any]) -> list[Any]:
    return store.rows(f"SELECT {', '.join(columns)} FROM {table}", ())


def _row(columns: Mapping[str, Any], values: Sequence[object]) -> Row:
    return {name: to_text(value) if isinstance(value, bytes) else value for name, value in zip(columns, values, strict=True)}


def _read(path: Path) -> dict[str, list[Row]]:
    """The tables of a file, each value of the type that its column wants."""
    next_step = "choose a file that cks-trainer data export wrote"
    try:
        data = json.loads(path.read_bytes())
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error.strerror or error}", "check the name of the file") from error
    except (ValueError, RecursionError) as error:
        raise StoreError(f"{path} is not JSON", next_step) from error
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise StoreError(f"{path} does not hold data of cks-trainer", next_step)
    version = data.get("format_version")
    if isinstance(version, int) and version > FORMAT_VERSION:
        raise StoreError(
            f"{path} was written by a newer cks-trainer (format {version}, this one knows {FORMAT_VERSION})",
            "upgrade cks-trainer",
        )
    tables = data.get("tables")
    if version != FORMAT_VERSION or not isinstance(tables, dict):
        raise StoreError(f"{path} is damaged: it has no format_version or no tables", next_step)
    return {table: _checked(path, table, _completed(table, tables.get(table, []))) for table in TABLES}


def _completed(table: str, rows: object) -> object:
    """With the columns that the file's version did not know."""
    later = LATER.get(table)
    if later is None or not isinstance(rows, list):
        return rows
    return [{**later, **row} if isinstance(row, dict) else row for row in rows]


def _checked(path: Path, table: str, rows: object) -> list[Row]:
    columns = TABLES[table]
    if not isinstance(rows, list):
        raise StoreError(f"{path} is damaged: {table} is not a list", "nothing was imported; export it again")
    for number, row in enumerate(rows, 1):
        for name, kind in columns.items():
            if not isinstance(row, dict) or name not in row or not _fits(row[name], kind):
                raise StoreError(f"{path} is damaged: {table}, row {number}: {name}", "nothing was imported; export it again")
    return rows


def _fits(value: object, kind: str) -> bool:
    """``kind``: text, blob, int or real; with ``?`` it may be missing."""
    if value is None:
        return kind.endswith("?")
    if kind.startswith(("text", "blob")):
        return isinstance(value, str)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return math.isfinite(value) and (kind.startswith("real") or (isinstance(value, int) and abs(value) < 1 << 63))


def _free_name(folder: Path, stem: str) -> Path:
    names = (f"{stem}.json" if number == 1 else f"{stem}-{number}.json" for number in range(1, 1_000))
    return next((folder / name for name in names if not (folder / name).exists()), folder / f"{stem}-{time.time_ns()}.json")


def _write(path: Path, data: Mapping[str, Any]) -> None:
    """Beside its place and renamed, after it has reached the disk."""
    beside: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        beside = Path(name)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            json.dump(data, file, indent=1)
            file.write("\n")
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        raise StoreError(f"{path} cannot be written: {error.strerror or error}", "choose another place") from error
    finally:
        if beside is not None:
            with contextlib.suppress(OSError):
                beside.unlink(missing_ok=True)
