"""The first screen: the exercises of the pack and how far the learner is."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import DataTable, Static

from trainer.content import Exercise
from trainer.errors import StoreError
from trainer.session import ExerciseState
from trainer.tui.desk import Desk
from trainer.tui.screens.help import HelpScreen
from trainer.tui.screens.study import StudyScreen
from trainer.tui.widgets.frame import KeyBar, TitleBar, TrainerScreen, words_of

STATE = {"new": ("○", "dim"), "tried": ("◐", "yellow"), "passed": ("●", "green")}
TITLE_WIDTH = 28
"""Cells of a title that stay in a narrow window."""
WIDTHS = {"level": 6, "time": 6, "state": 10}


class ExerciseList(TrainerScreen):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", show=False),
        Binding("f1,question_mark", "help", show=False, priority=True),
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.states: dict[str, ExerciseState] = {}
        self.wanted = ""
        """What was typed: only exercises that have these letters in this order are shown."""
        self.shown: tuple[Exercise, ...] = desk.exercises

    def compose(self) -> ComposeResult:
        yield TitleBar()
        yield DataTable(cursor_type="row", zebra_stripes=True, id="exercises")
        yield Static("", markup=False, id="about")
        yield KeyBar()
        yield from self.frame()

    def on_mount(self) -> None:
        self.query_one(DataTable).focus()
        last = self.desk.last_exercise()
        self.relabel()
        if last is not None:
            self.query_one(DataTable).move_cursor(row=[exercise.slug for exercise in self.shown].index(last))

    def on_screen_resume(self) -> None:
        self.relabel()

    # The filter.

    def on_key(self, event: events.Key) -> None:
        letter = event.character if event.is_printable else None
        if event.key == "backspace" and self.wanted:
            self._filter(self.wanted[:-1])
        elif letter == "q" and not self.wanted:
            self.app.exit(0)
        elif letter is not None and letter not in "/?":
            self._filter(self.wanted + letter)
        elif letter != "/":
            return
        event.stop()

    def _filter(self, wanted: str) -> None:
        self.wanted = wanted
        self.query_one(DataTable).move_cursor(row=0)
        self.relabel()

    def action_leave(self) -> None:
        if self.wanted:
            self._filter("")
        else:
            self.app.exit(0)

    def _matching(self) -> tuple[Exercise, ...]:
        words = words_of(self)

        def text(exercise: Exercise) -> str:
            level = words.named("level", exercise.difficulty)
            state = words.named("state", self.states.get(exercise.slug, ExerciseState.NEW).value)
            return " ".join((words.of(exercise.title), exercise.slug, *exercise.skills, exercise.difficulty, level, state))

        ranks = ((found_at(self.wanted, text(exercise)), exercise) for exercise in self.desk.exercises)
        found = [(rank, exercise) for rank, exercise in ranks if rank is not None]
        return tuple(exercise for _, exercise in sorted(found, key=lambda pair: pair[0]))

    def relabel(self) -> None:
        words = words_of(self)
        try:
            self.states = self.desk.states()
        except StoreError as error:
            self.notify(f"{error.message}\n{error.help}", severity="error", markup=False)
        table = self.query_one(DataTable)
        row = table.cursor_row
        table.clear(columns=True)
        width = max(TITLE_WIDTH, self.app.size.width - sum(WIDTHS.values()) - 10)
        table.add_column(words("list.exercise"), width=width)
        for key, cells in WIDTHS.items():
            table.add_column(words(f"list.{key}"), width=cells)
        self.shown = self._matching()
        for exercise in self.shown:
            state = self.states.get(exercise.slug, ExerciseState.NEW).value
            mark, style = STATE[state]
            minutes = max(1, round(exercise.target_seconds / 60))
            table.add_row(
                Text(words.of(exercise.title), no_wrap=True, overflow="ellipsis"),
                Text(words.named("level", exercise.difficulty)),
                Text(words("list.minutes", minutes=minutes), justify="right"),
                Text(f"{mark} {words.named('state', state)}", style),
                key=exercise.slug,
            )
        table.move_cursor(row=row)
        passed = sum(state is ExerciseState.PASSED for state in self.states.values())
        count = words("list.count", passed=passed, total=len(self.desk.exercises))
        title = Content.assemble((words("app"), "bold"), "  ", words.of(self.desk.pack.title))
        if self.wanted:
            title = Content.assemble((words("list.filter"), "bold"), " ", (self.wanted, "bold $accent"), ("▏", "$accent"))
            count = words("list.found", found=len(self.shown), total=len(self.desk.exercises))
        self.query_one(TitleBar).show(title, Content(count))
        self.query_one(KeyBar).show(
            (
                ("Enter", "key.open", "screen.open"),
                ("a-z", "key.filter", "screen.leave"),
                ("F1", "key.help", "screen.help"),
                ("^L", "other_language", "app.language"),
                ("q", "key.quit", "app.quit"),
            )
        )
        self._about()

    def on_resize(self) -> None:
        self.relabel()

    def chosen(self) -> Exercise | None:
        row = self.query_one(DataTable).cursor_row
        return self.shown[row] if 0 <= row < len(self.shown) else None

    def _about(self) -> None:
        words = words_of(self)
        exercise = self.chosen()
        if exercise is None:
            self.query_one("#about", Static).update(words("list.nothing" if self.wanted else "list.empty"))
            return
        skills = words("list.skills", skills=", ".join(exercise.skills))
        title = Content.styled(words.of(exercise.title), "bold")
        self.query_one("#about", Static).update(Content("\n").join((title, Content(skills))))

    def on_data_table_row_highlighted(self) -> None:
        self._about()

    def on_data_table_row_selected(self) -> None:
        self.action_open()

    def action_open(self) -> None:
        exercise = self.chosen()
        if exercise is not None:
            self.desk.remember(exercise)
            self.app.push_screen(StudyScreen(self.desk, exercise))

    def action_help(self) -> None:
        self.app.push_screen(HelpScreen("list"))


def found_at(wanted: str, text: str) -> tuple[int, int] | None:
    """How well ``text`` has the letters of ``wanted`` in their order, the least first; None where it has not.

    A run of them counts most, then how early they begin.
    """
    letters, folded = wanted.casefold(), text.casefold()
    whole = folded.find(letters)
    if whole >= 0:
        return (0, whole)
    place, first, gaps = -1, -1, 0
    for letter in letters.replace(" ", ""):
        at = folded.find(letter, place + 1)
        if at < 0:
            return None
        first = at if first < 0 else first
        gaps += at - place - 1 if place >= 0 else 0
        place = at
    return (1 + gaps, first)
