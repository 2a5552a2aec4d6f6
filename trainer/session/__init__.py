"""A learner's progress: drafts, attempts, states. Exam attempts are in ``trainer.session.exam``, which imports the grader."""

from trainer.session.store import Attempt, ExerciseState, Store, cache_folder, data_folder

__all__ = ["Attempt", "ExerciseState", "Store", "cache_folder", "data_folder"]
