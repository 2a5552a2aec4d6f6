"""A learner's progress: drafts, attempts, states."""

from trainer.session.store import Attempt, ExerciseState, Store, data_folder

__all__ = ["Attempt", "ExerciseState", "Store", "data_folder"]
