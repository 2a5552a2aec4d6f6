"""Which exercises there are, over the core pack and the installed ones, and which of them a name means."""

from __future__ import annotations

import os
from pathlib import Path

from trainer.content import Exercise, Pack, core_pack_folder, load_pack
from trainer.content.installing import Installed, find_installed, installed, load_installed
from trainer.content.loader import PACK_FILE
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
    """By ``SLUG`` where one pack alone has it, by ``PACK/SLUG``, by ``PACK@VERSION/SLUG``, or by the path of an exercise's folder
    (something with a separator in it: ``PACKFOLDER/exercises/SLUG``, ``./SLUG``). Raises PackError."""
    if (folder := _folder_of(name)) is not None:
        return _in_folder(folder)
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


def _folder_of(name: str) -> Path | None:
    """The folder that a name is the path of; a bare word is never one, so that a folder beside hides no exercise."""
    if "/" not in name and os.sep not in name and name not in (".", ".."):
        return None
    path = Path(name).expanduser()
    if (path / "exercise.yaml").is_file():
        return path.resolve()
    if path.is_absolute() or name.startswith((".", "~")) or name.strip("/").count("/") > 1:  # no name of an installed one
        raise PackError(
            f"{name} is no exercise's folder: it has no exercise.yaml", "give PACKFOLDER/exercises/SLUG, or an exercise's name"
        )
    return None


def _in_folder(folder: Path) -> Shelved:
    """An exercise of a pack's folder that need not be installed. Its attempts are kept under the pack's id."""
    root = folder.parent.parent
    if root == core_pack_folder().resolve():
        return _in_core(core_pack(), folder.name)
    if folder.parent.name != "exercises" or not (root / PACK_FILE).is_file():
        raise PackError(
            f"{folder} is in no pack: there is no {root / PACK_FILE}",
            "an exercise lies in PACKFOLDER/exercises/, beside pack.yaml",
        )
    pack, diagnostics = load_pack(root)
    if pack is None or not any(exercise.slug == folder.name for exercise in pack.exercises):
        own = [one for one in diagnostics if one.is_error and one.span is not None and folder in Path(one.span.file.name).parents]
        first = next(iter(own), None) or next((one for one in diagnostics if one.is_error), None)
        detail = f"\n{render_plain(first)}" if first is not None else ""
        raise PackError(f"the exercise in {folder} cannot be read{detail}", f"run: cks-trainer pack lint {root}")
    return _in_pack(pack, folder.name)


def _has(one: Installed, slug: str) -> bool:
    return (one.folder / "exercises" / slug / "exercise.yaml").is_file()


def _in_core(core: Pack, slug: str) -> Shelved:
    exercise = find_exercise(core, slug)
    return Shelved(exercise, core, exercise.slug)


def _in_pack(pack: Pack, slug: str) -> Shelved:
    exercise = find_exercise(pack, slug)
    return Shelved(exercise, pack, key_of(pack, exercise))
