"""Which mock exams there are, over the core pack and the installed ones, and which of them a name means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trainer.cli.console import narrate
from trainer.cli.exercise_names import core_pack
from trainer.content import Exam, Pack
from trainer.content.installing import find_installed, load_installed
from trainer.errors import ExamError, PackError
from trainer.session.shelf import newest_installed, packs_folder


@dataclass(frozen=True, slots=True)
class NamedExam:
    name: str
    """What means this exam alone: its slug in the core pack, PACK/SLUG elsewhere."""
    pack: Pack
    exam: Exam


def all_packs() -> list[Pack]:
    """The core pack, then the newest version of each installed one. One that cannot be read is told of, and hides no other."""
    core = core_pack()
    found = [core]
    for one in newest_installed(core):
        try:
            found.append(load_installed(one))
        except PackError as error:
            narrate(f"warning: {error.message}")
    return found


def named_exams(packs: Sequence[Pack]) -> list[NamedExam]:
    """The exams of all packs; the first pack is the core pack."""
    return [
        NamedExam(exam.slug if pack is packs[0] else f"{pack.id}/{exam.slug}", pack, exam)
        for pack in packs
        for exam in pack.exams
    ]


def find_exam(name: str) -> NamedExam:
    """By ``SLUG`` where one pack alone has it, by ``PACK/SLUG``, or by uuid. Raises ExamError."""
    pack_id, slash, slug = name.rpartition("/")
    exams = named_exams(all_packs())
    found = [one for one in exams if (not slash or one.pack.id == pack_id) and slug in (one.exam.slug, one.exam.uuid)]
    if not found:
        raise ExamError(f"there is no exam {name[:80]!r}", f"choose one of: {', '.join(one.name for one in exams) or 'none'}")
    if len(found) > 1:
        choices = ", ".join(f"{one.pack.id}/{one.exam.slug}" for one in found)
        raise ExamError(f"{len(found)} packs have an exam {name!r}", f"say which: {choices}")
    return found[0]


def pack_named(name: str) -> Pack:
    """The pack ``ID@VERSION`` that an attempt began with, or another version of it where that one is gone. Raises PackError."""
    core = core_pack()
    pack_id = name.partition("@")[0]
    if pack_id == core.id:
        return core
    try:
        return load_installed(find_installed(packs_folder(), name))
    except PackError:
        return load_installed(find_installed(packs_folder(), pack_id))
