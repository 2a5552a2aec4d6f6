"""tests/packs/night-shift was written from docs/writing-packs.md alone: the kit's own proof."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from trainer.content import Pack, load_pack
from trainer.grading.mutants import run_mutants
from trainer.grading.verify import verify_pack

FOLDER = Path(__file__).resolve().parent.parent / "packs" / "night-shift"


@cache
def second_pack() -> Pack:
    pack, found = load_pack(FOLDER)
    assert pack is not None
    assert not [diagnostic for diagnostic in found if diagnostic.is_error]
    return pack


def test_it_proves_itself() -> None:
    report = verify_pack(second_pack())
    assert len(report.rows) > 50
    assert [row for row in report.rows if not row.ok or row.warning] == []


@pytest.mark.parametrize("slug", [exercise.slug for exercise in second_pack().exercises])
def test_its_grading_sees_small_mistakes(slug: str) -> None:
    exercise = next(exercise for exercise in second_pack().exercises if exercise.slug == slug)
    found = run_mutants(second_pack(), exercise)
    assert found.results
    assert [result.mutant.name for result in found.survivors] == []
