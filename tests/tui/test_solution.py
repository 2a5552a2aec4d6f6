"""What the Solution tab shows."""

from __future__ import annotations

from dataclasses import replace

from trainer.content import core_pack_folder, load_pack
from trainer.source import SourceFile
from trainer.tui.widgets.hints import solution_text


def test_the_solution_holds_the_answer_files() -> None:
    answers = {"culprit.txt": SourceFile("culprit.txt", "metrics-db\n")}
    pack, _ = load_pack(core_pack_folder())
    assert pack is not None
    exercise = replace(pack.exercises[0], reference_answers=answers)
    assert solution_text(exercise) == f"{exercise.reference.text}\n# culprit.txt\nmetrics-db\n"
    assert solution_text(replace(exercise, reference_answers={})) == exercise.reference.text
