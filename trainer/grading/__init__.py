"""Grading: exercise, submission and events to a report; pack verification."""

from trainer.grading.exam_report import ExamReport, ExamTaskResult, task_result
from trainer.grading.grader import Grader
from trainer.grading.nearest import nearest_event
from trainer.grading.report import (
    LEARNER_FILE,
    ActionVerdict,
    CriterionResult,
    GradeReport,
    Outcome,
    Submission,
)
from trainer.grading.run import Engines, grade, recording_of, scenario_of
from trainer.grading.verify import VerifyReport, VerifyRow, verify_pack

__all__ = [
    "LEARNER_FILE",
    "ActionVerdict",
    "CriterionResult",
    "Engines",
    "ExamReport",
    "ExamTaskResult",
    "GradeReport",
    "Grader",
    "Outcome",
    "Submission",
    "VerifyReport",
    "VerifyRow",
    "grade",
    "nearest_event",
    "recording_of",
    "scenario_of",
    "task_result",
    "verify_pack",
]
