"""The first screen: the exercises of the pack and how far the learner is."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
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
        Binding("q,escape", "app.quit", show=False),
        Binding("f1,question_mark", "help", show=False, priority=True),
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.states: dict[str, ExerciseState] = {}

    def compose(self) -> ComposeResult:
        yield TitleBar()
        yield DataTable(cursor_type="row", zebra_stripes=True, id="exercises")
        yield Static("", markup=False, id="about")
        yield KeyBar()
        yield from self.frame()

    def on_mount(self) -> None:
        self.query_one(DataTable).focus()

    def on_screen_resume(self) -> None:
        self.relabel()

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
        for exercise in self.desk.exercises:
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
        self.query_one(TitleBar).show(title, Content(count))
        self.query_one(KeyBar).show(
            (
                ("Enter", "key.open", "screen.open"),
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
        exercises = self.desk.exercises
        return exercises[row] if 0 <= row < len(exercises) else None

    def _about(self) -> None:
        words = words_of(self)
        exercise = self.chosen()
        if exercise is None:
            self.query_one("#about", Static).update(words("list.empty"))
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
            self.app.push_screen(StudyScreen(self.desk, exercise))

    def action_help(self) -> None:
        self.app.push_screen(HelpScreen("list"))
