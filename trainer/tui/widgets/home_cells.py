"""The cells of the first screen's rows. In a wide window an exercise has its skills and its best time too."""

from __future__ import annotations

from typing import Final

from rich.text import Text

from trainer.content import Exercise
from trainer.session.figures import Figures
from trainer.session.repetition import TOP
from trainer.tui.exam_desk import ExamRow, clock_text
from trainer.tui.home import Heading, Row, exam_state, states_of
from trainer.tui.text import Words

STATE: Final = {
    "new": ("○", "dim"),
    "tried": ("◐", "yellow"),
    "passed": ("●", "green"),
    "clean": ("★", "bold green"),
    "due": ("↻", "bold cyan"),
}
EXAM_STYLE: Final = {"▶": "bold yellow", "◐": "yellow", "●": "green"}


def cells_of(words: Words, row: Row, figures: Figures | None, *, wide: bool) -> list[Text]:
    """Title, in a wide window skills and best time, then level, time and state."""
    if isinstance(row, Heading):
        cells = _heading(row)
    elif isinstance(row, ExamRow):
        cells = _exam(words, row)
    else:
        cells = _exercise(words, row, figures)
    return cells if wide else [cells[0], *cells[3:]]


def _heading(row: Heading) -> list[Text]:
    bar = Text()
    if row.level is not None:
        bar = Text.assemble(("■" * row.level, "bold cyan" if row.due else "green"), ("·" * (TOP - row.level), "dim"))
    return [_line(row.text, "bold underline"), Text(), Text(), Text(), Text(), bar]


def _exercise(words: Words, exercise: Exercise, figures: Figures | None) -> list[Text]:
    own = figures.of(exercise.slug) if figures is not None else None
    state = states_of(own)[0]
    mark, style = STATE[state]
    minutes = max(1, round(exercise.target_seconds / 60))
    best = own.best_seconds if own is not None else None
    return [
        _line(words.of(exercise.title)),
        _line(", ".join(exercise.skills), "dim"),
        Text(clock_text(best) if best is not None else "", justify="right"),
        Text(words.named("level", exercise.difficulty)),
        Text(words("list.minutes", minutes=minutes), justify="right"),
        Text(f"{mark} {words.named('state', state)}", style),
    ]


def _exam(words: Words, row: ExamRow) -> list[Text]:
    state = exam_state(words, row)
    return [
        _line(words.of(row.title), "bold"),
        _line(f"{row.pack.id}@{row.pack.version}" if row.pack is not None else "", "dim"),
        Text(),
        Text(words("exams.tasks", count=row.tasks)),
        Text(words("list.minutes", minutes=row.minutes), justify="right"),
        _line(state, EXAM_STYLE.get(state[0], "dim")),
    ]


def _line(text: str, style: str = "") -> Text:
    return Text(text, style, no_wrap=True, overflow="ellipsis")
