"""One exercise is made new again: the question, the backup, and what is told afterwards."""

from __future__ import annotations

from collections.abc import Callable

from trainer.content import Exercise
from trainer.errors import StoreError
from trainer.session.archive import kept_of, reset_data
from trainer.tui.desk import Desk
from trainer.tui.screens.confirm import forget_question
from trainer.tui.widgets.frame import TrainerScreen, words_of


def ask_to_forget(screen: TrainerScreen, desk: Desk, exercise: Exercise, then: Callable[[], object]) -> None:
    """Asks over ``screen``; ``then`` is called when the exercise is new."""
    key = exercise.slug

    def answered(answer: str | None) -> None:
        if answer:
            try:
                backup = reset_data(desk.store, key)
            except StoreError as error:
                _tell(screen, error)
                return
            desk.seeds.pop(key, None)
            screen.notify(words_of(screen)("data.done", path=backup), timeout=20, markup=False)
            then()

    try:
        desk.flush()  # the backup has what could not be written before
        if kept_of(desk.store, key):
            screen.app.push_screen(forget_question(exercise.title, desk.store.attempt_count(key)), answered)
        else:
            screen.notify(words_of(screen)("forget.nothing"), timeout=4, markup=False)
    except StoreError as error:
        _tell(screen, error)


def _tell(screen: TrainerScreen, error: StoreError) -> None:
    screen.notify("\n".join(filter(None, (error.message, error.help))), severity="error", timeout=10, markup=False)
