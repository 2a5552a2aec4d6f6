"""What a class handed in: ``<learner>/<exercise>/falco_rules.local.yaml`` with answer files beside it, or ``<learner>/<exercise>.yaml``."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from trainer.errors import TrainerError
from trainer.grading.falco_config import CONFIG_FILE
from trainer.grading.report import LEARNER_FILE
from trainer.source import read_source

_MOST_FILES = 50


@dataclass(frozen=True, slots=True)
class HandedIn:
    """One learner's files for one exercise. ``problem``: they cannot be read, and nothing is graded."""

    learner: str
    exercise: str
    files: Mapping[str, str] = field(default_factory=dict, repr=False)
    problem: str = ""

    @property
    def rules(self) -> str:
        return self.files.get(LEARNER_FILE, "")

    def digest(self) -> str:
        """The same for the same files, whoever handed them in."""
        digest = hashlib.sha256()
        for name, text in sorted(self.files.items()):
            for part in (name, text):
                data = part.encode("utf-8", "surrogatepass")
                digest.update(len(data).to_bytes(8))
                digest.update(data)
        return digest.hexdigest()


def find_submissions(folder: Path, exercises: Collection[str]) -> tuple[list[HandedIn], list[str], list[str]]:
    """What was handed in for the exercises; all learners; and what stands there and belongs to no exercise. Raises TrainerError."""
    if not folder.is_dir():
        raise TrainerError(f"{folder} is no folder", "give the folder that holds one folder for each learner")
    found: list[HandedIn] = []
    learners, stray = [], []
    for learner in sorted(folder.iterdir()):
        if learner.name.startswith(".") or learner.is_symlink() or not learner.is_dir():
            continue
        learners.append(learner.name)
        seen = set()
        for path in sorted(path for path in learner.iterdir() if not path.name.startswith(".")):
            name = path.name if path.is_dir() else path.stem
            fits = name in exercises and (path.is_dir() or path.suffix in (".yaml", ".yml"))
            if fits and name not in seen:
                seen.add(name)
                found.append(_read(learner.name, name, path))
            else:
                stray.append(f"{learner.name}/{path.name}")
    return found, learners, stray


def _read(learner: str, exercise: str, path: Path) -> HandedIn:
    try:
        if path.is_symlink() or not path.is_dir():
            return HandedIn(learner, exercise, {LEARNER_FILE: _text(path)})
        entries = [entry for entry in sorted(path.iterdir()) if not entry.name.startswith(".")]
        if len(entries) > _MOST_FILES:
            return HandedIn(learner, exercise, problem=f"more than {_MOST_FILES} files")
        files = {entry.name: _text(entry) for entry in entries}
    except TrainerError as error:
        return HandedIn(learner, exercise, problem=error.message)
    except OSError as error:
        return HandedIn(learner, exercise, problem=f"{path.name}: {error.strerror or error}")
    if LEARNER_FILE not in files:
        if any(name.endswith((".yaml", ".yml")) and name != CONFIG_FILE for name in files):
            return HandedIn(learner, exercise, problem=f"there is no {LEARNER_FILE}")
        files[LEARNER_FILE] = ""  # some tasks ask for no rules
    return HandedIn(learner, exercise, files)


def _text(path: Path) -> str:
    if path.is_symlink():
        raise TrainerError(f"{path.name} is a symbolic link, which is not followed: it may lead to another learner's file")
    return read_source(path).text
