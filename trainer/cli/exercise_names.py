"""Which exercises there are, over the core pack and the installed ones, and which of them a name means."""

from __future__ import annotations

from trainer.content import Exercise, Pack, core_pack_folder
from trainer.content.installing import Installed, find_installed, installed, load_installed
from trainer.content.remembered import load_pack_remembered
from trainer.content.scenarios import NAME
from trainer.diagnostics.render import render_plain
from trainer.errors import PackError
from trainer.session.shelf import Shelved, key_of, newest_installed, packs_folder
from trainer.session.store import cache_folder


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


def find(name: str) -> Shelved:
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


def _in_core(core: Pack, slug: str) -> Shelved:
    exercise = find_exercise(core, slug)
    return Shelved(exercise, core, exercise.slug)


def _in_pack(pack: Pack, slug: str) -> Shelved:
    exercise = find_exercise(pack, slug)
    return Shelved(exercise, pack, key_of(pack, exercise))
