"""Every exercise that there is to practise, over the core pack and the installed ones, and under which key its attempts are kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from trainer.content import Exercise, Pack
from trainer.content.installing import Installed, installed, load_installed
from trainer.errors import PackError
from trainer.session.store import data_folder


@dataclass(frozen=True, slots=True)
class Shelved:
    exercise: Exercise
    """As written: with the scenario's variables still in it."""
    pack: Pack
    key: str
    """Under which name attempts are kept: the slug in the core pack, PACK/SLUG elsewhere."""


def packs_folder() -> Path:
    return data_folder() / "packs"


def newest_installed(core: Pack) -> Iterator[Installed]:
    """The newest version of each installed pack; the core pack's own id belongs to the one that comes with the trainer."""
    seen = {core.id}
    for one in installed(packs_folder()):
        if one.id not in seen:
            seen.add(one.id)
            yield one


def installed_packs(core: Pack) -> tuple[list[Pack], list[PackError]]:
    """The newest version of each; one that cannot be read hides no other."""
    packs, problems = [], []
    for one in newest_installed(core):
        try:
            packs.append(load_installed(one))
        except PackError as error:
            problems.append(error)
    return packs, problems


def key_of(pack: Pack, exercise: Exercise) -> str:
    """Of an installed pack's exercise."""
    return f"{pack.id}/{exercise.slug}"


def shelf(core: Pack, others: Sequence[Pack] = ()) -> tuple[Shelved, ...]:
    """The core pack's exercises first, each pack's in its own order."""
    found = [Shelved(exercise, core, exercise.slug) for exercise in core.exercises]
    found += [Shelved(exercise, pack, key_of(pack, exercise)) for pack in others for exercise in pack.exercises]
    return tuple(found)
