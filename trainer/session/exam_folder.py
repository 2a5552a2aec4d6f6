"""The folder in which a learner works on an exam: one sub-folder per task, read and written without losing either side's text."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from trainer.errors import TrainerError
from trainer.session.exam_store import Draft, TaskState, digest
from trainer.source import read_source

TASK_FILE = "task.md"


@dataclass(frozen=True, slots=True)
class FolderFile:
    """One file of a task as it lies in the folder."""

    number: int
    """Of the task."""
    file: str
    text: str = field(repr=False)
    changed_at: float
    """Its modification time: seconds since the epoch."""


def task_folder(number: int, exercise: str) -> str:
    """Name of a task's sub-folder."""
    return f"{number:02}-{exercise}"


def lay_out(folder: Path, files: Mapping[str, str], read_only: Sequence[str] = ()) -> list[Path]:
    """Writes files by their path in the folder; those that are new. A file that is there is left as it is. Raises OSError."""
    written: list[Path] = []
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if _write_new(path, text):
            written.append(path)
            if name in read_only:
                path.chmod(0o444)
    return written


def collect(folder: Path, tasks: Sequence[TaskState], drafts: Sequence[Draft]) -> tuple[list[FolderFile], list[str]]:
    """The files that differ from what was last seen of them, and a sentence for each that could not be read."""
    names = {task.number: task_folder(task.number, task.exercise) for task in tasks}
    found: list[FolderFile] = []
    problems: list[str] = []
    for draft in drafts:
        path = folder / names[draft.number] / draft.file
        if not path.exists():
            continue
        if not path.is_file():
            problems.append(f"{path} is no file; what was saved of it before stays")
            continue
        try:
            # Asked before reading: a save in between makes the file look older than it is, never newer.
            changed_at = path.stat().st_mtime
            text = read_source(path).text
        except (OSError, TrainerError) as error:
            problems.append(f"{error}; what was saved of it before stays")
            continue
        if draft.seen != digest(text):
            found.append(FolderFile(draft.number, draft.file, text, changed_at))
    return found, problems


def bring_back(folder: Path, tasks: Sequence[TaskState], drafts: Sequence[Draft]) -> list[Draft]:
    """Writes the drafts whose files are missing, or older than a draft that a program saved; returns those. Raises OSError."""
    names = {task.number: task_folder(task.number, task.exercise) for task in tasks}
    written: list[Draft] = []
    for draft in drafts:
        path = folder / names[draft.number] / draft.file
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            if _write_new(path, draft.text):
                written.append(draft)
        elif draft.seen != digest(draft.text) and path.is_file() and digest(_text_of(path)) == draft.seen:
            os.replace(_beside(path, draft.text), path)
            written.append(draft)
    return written


def _text_of(path: Path) -> str:
    try:
        return read_source(path).text
    except TrainerError:
        return ""


def _write_new(path: Path, text: str) -> bool:
    """False when something is there already. A crash leaves the whole file or none."""
    beside = _beside(path, text)
    try:
        os.link(beside, path)
    except FileExistsError:
        return False
    except OSError:  # a file system without hard links
        if path.exists():
            return False
        os.replace(beside, path)
        return True
    finally:
        beside.unlink(missing_ok=True)
    return True


def _beside(path: Path, text: str) -> Path:
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_bytes(text.encode("utf-8", "surrogateescape"))
    return beside
