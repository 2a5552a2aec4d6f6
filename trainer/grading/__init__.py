"""Grading: exercise, submission and events to a report; pack verification."""

from trainer.grading.report import (
    LEARNER_FILE,
    ActionVerdict,
    CriterionResult,
    GradeReport,
    Outcome,
    Submission,
)

__all__ = [
    "LEARNER_FILE",
    "ActionVerdict",
    "CriterionResult",
    "GradeReport",
    "Outcome",
    "Submission",
]
