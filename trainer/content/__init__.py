"""Packs, exercises and scenarios as data."""

from trainer.content.drawing import draw_tasks
from trainer.content.exam_model import BlueprintDraw, DrawnTask, Exam, ExamClock, ExamTask
from trainer.content.loader import (
    core_pack_folder,
    load_exercise,
    load_pack,
    load_scenario,
    recordings_by_seed,
    scenario_recordings,
)
from trainer.content.model import (
    Action,
    ActionKind,
    Container,
    Criterion,
    Decoy,
    Exercise,
    Hint,
    Pack,
    Scenario,
)
from trainer.content.variables import fill, fill_exercise

__all__ = [
    "Action",
    "ActionKind",
    "BlueprintDraw",
    "Container",
    "Criterion",
    "Decoy",
    "DrawnTask",
    "Exam",
    "ExamClock",
    "ExamTask",
    "Exercise",
    "Hint",
    "Pack",
    "Scenario",
    "core_pack_folder",
    "draw_tasks",
    "fill",
    "fill_exercise",
    "load_exercise",
    "load_pack",
    "load_scenario",
    "recordings_by_seed",
    "scenario_recordings",
]
