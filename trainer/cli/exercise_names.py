"""Which exercises there are, over the core pack and the installed ones, and which of them a name means."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from trainer.content import Exercise, Pack, core_pack_folder
from trainer.content.installing import Installed, find_installed, installed, load_installed
from trainer.content.remembered import load_pack_remembered
from trainer.content.scenarios import NAME
from trainer.diagnostics.render import render_plain
from trainer.errors import PackError
from trainer.session.store import cache_folder, data_folder


@dataclass(frozen=True, slots=True)
class Found:
    exercise: Exercise
    pack: Pack
    key: str
    """Under which name attempts are kept: the slug in the core pack, PACK/SLUG elsewhere."""


def packs_folder() -> Path:
    return data_folder() / "packs"


def core_pack() -> Pack:
    """Raises PackError with the first problem when the core pack cannot be read."""
    pack, diagnostics = load_pack_remembered(core_pack_folder(), cache_folder())
    if pack is None:
        first = render_plain(diagnostics[0]) if diagnostics else ""
        raise PackError(f"the core pack cannot be read\n{first}".rstrip(), "run: cks-trainer doctor")
    return pack


def find_exercise(pack: Pack, slug: str) -> Exercise:
    for exercise in pack.exercises:
        if slug in (exercise.slug, exercise.uuid):
            return exercise
    close = [exercise.slug for exercise in pack.exercises if slug and (slug in exercise.slug or exercise.slug in slug)]
    known = ", ".join(close or [exercise.slug for exercise in pack.exercises])
    raise PackError(f"there is no exercise {slug!r}", f"choose one of: {known}")


def newest_installed(core: Pack) -> Iterator[Installed]:
    """The newest version of each installed pack; the core pack's own id belongs to the one that comes with the trainer."""
    seen = {core.id}
    for one in installed(packs_folder()):
        if one.id not in seen:
            seen.add(one.id)
            yield one


def find(name: str) -> Found:
    """By ``SLUG`` where one pack alone has it, by ``PACK/SLUG``, or by ``PACK@VERSION/SLUG``. Raises PackError."""
    core = core_pack()
    pack_name, slash, slug = name.partition("/")
    if slash:
        own = f"{core.id}@{core.version}"
        if pack_name == core.id or (pack_name == own and all(one.name != own for one in installed(packs_folder()))):
            return _in_core(core, slug)
        return _in_pack(load_installed(find_installed(packs_folder(), pack_name)), slug)
    others = [one for one in newest_installed(core) if NAME.fullmatch(name) and _has(one, name)]
    in_core = any(name in (exercise.slug, exercise.uuid) for exercise in core.exercises)
    if in_core + len(others) > 1:
        choices = [*([f"{core.id}/{name}"] if in_core else []), *(f"{one.id}/{name}" for one in others)]
        raise PackError(f"{len(choices)} packs have an exercise {name!r}", f"say which: {', '.join(choices)}")
    return _in_pack(load_installed(others[0]), name) if others else _in_core(core, name)


def _has(one: Installed, slug: str) -> bool:
    return (one.folder / "exercises" / slug / "exercise.yaml").is_file()


def _in_core(core: Pack, slug: str) -> Found:
    exercise = find_exercise(core, slug)
    return Found(exercise, core, exercise.slug)


def _in_pack(pack: Pack, slug: str) -> Found:
    exercise = find_exercise(pack, slug)
    return Found(exercise, pack, key_of(pack, exercise))


def key_of(pack: Pack, exercise: Exercise) -> str:
    return f"{pack.id}/{exercise.slug}"
