"""The first screen: the exercises and mock exams of the pack and how far the learner is; an exam that runs is the first row."""

from __future__ import annotations

from math import ceil
from typing import ClassVar

from rich.text import Text
from textual import events, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import DataTable, Static

from trainer.content import Exam, Exercise
from trainer.errors import StoreError, TrainerError
from trainer.session import ExerciseState
from trainer.session.exam_store import ExamAttempt
from trainer.tui.desk import Desk, Failure, attempt
from trainer.tui.exam_desk import ExamRow, OpenExam, ended_attempt, exam_rows, sheets_of
from trainer.tui.messages import ExamPrepared
from trainer.tui.screens.exam import ExamScreen
from trainer.tui.screens.help import HelpScreen
from trainer.tui.screens.report import ReportScreen
from trainer.tui.screens.start import REPORT, START, start_screen
from trainer.tui.screens.study import StudyScreen
from trainer.tui.text import Words
from trainer.tui.widgets.frame import KeyBar, TitleBar, TrainerScreen, words_of

STATE = {"new": ("○", "dim"), "tried": ("◐", "yellow"), "passed": ("●", "green")}
TITLE_WIDTH = 28
"""Cells of a title that stay in a narrow window."""
WIDTHS = {"level": 6, "time": 6, "state": 10}
WITH_EXAMS = {"level": 8, "time": 7, "state": 16}
"""Cells of the other columns where there are exams to show and room for them."""
RUNNING_STATE = 26
"""Cells of the state while an exam runs."""
EXAM_STYLE = {"▶": "bold yellow", "◐": "yellow", "●": "green"}
LEFT_PERIOD = 20.0
"""Seconds between two looks at how much time an exam has left."""
Entry = Exercise | ExamRow


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
        """What was typed: only what has these letters in this order is shown."""
        self.exams: tuple[ExamRow, ...] = ()
        self.shown: tuple[Entry, ...] = desk.exercises
        self.opening: Exam | ExamAttempt | None = None
        """The exam whose tasks are being made ready."""

    def compose(self) -> ComposeResult:
        yield TitleBar()
        yield DataTable(cursor_type="row", zebra_stripes=True, id="exercises")
        yield Static("", markup=False, id="about")
        yield KeyBar()
        yield from self.frame()

    def on_mount(self) -> None:
        self.query_one(DataTable).focus()
        last = self.desk.last_exercise()
        self.look()
        if last is not None and not (self.exams and self.exams[0].running):
            slugs = [entry.slug if isinstance(entry, Exercise) else "" for entry in self.shown]
            self.query_one(DataTable).move_cursor(row=slugs.index(last))
        self.set_interval(LEFT_PERIOD, self._look_again)

    def on_screen_resume(self) -> None:
        self.look()

    def _look_again(self) -> None:
        if self.is_current and self.exams and self.exams[0].running:
            self.look()

    def look(self) -> None:
        """Shows what the store says now."""
        running = self.exams[:1] if self.exams and self.exams[0].running else ()
        try:
            self.states = self.desk.states()
            self.exams = exam_rows(self.desk)
        except StoreError as error:
            self.notify(f"{error.message}\n{error.help}", severity="error", markup=False)
        now = self.exams[:1] if self.exams and self.exams[0].running else ()
        if now and not running and not self.wanted:
            self.query_one(DataTable).move_cursor(row=0)
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

    def _matching(self) -> tuple[Entry, ...]:
        words = words_of(self)

        def text(exercise: Exercise) -> str:
            level = words.named("level", exercise.difficulty)
            state = words.named("state", self.states.get(exercise.slug, ExerciseState.NEW).value)
            return " ".join((words.of(exercise.title), exercise.slug, *exercise.skills, exercise.difficulty, level, state))

        running = [row for row in self.exams if row.running is not None]
        others = [row for row in self.exams if row.running is None]
        entries: list[tuple[Entry, str]] = [(row, exam_words(words, row)) for row in running]
        entries += [(exercise, text(exercise)) for exercise in self.desk.exercises]
        entries += [(row, exam_words(words, row)) for row in others]
        ranks = ((found_at(self.wanted, said), entry) for entry, said in entries)
        found = [(rank, entry) for rank, entry in ranks if rank is not None]
        return tuple(entry for _, entry in sorted(found, key=lambda pair: pair[0]))

    def relabel(self) -> None:
        words = words_of(self)
        table = self.query_one(DataTable)
        row = table.cursor_row
        table.clear(columns=True)
        room = self.app.size.width - 10
        wanted = WITH_EXAMS if self.exams else WIDTHS
        if self.exams and self.exams[0].running is not None:
            wanted = {**WITH_EXAMS, "state": RUNNING_STATE}
        widths = wanted if room - sum(wanted.values()) >= TITLE_WIDTH else WIDTHS
        width = max(TITLE_WIDTH, room - sum(widths.values()))
        table.add_column(words("list.exercise"), width=width)
        for key, cells in widths.items():
            table.add_column(words(f"list.{key}"), width=cells)
        self.shown = self._matching()
        for entry in self.shown:
            table.add_row(*(self._exam_cells(entry) if isinstance(entry, ExamRow) else self._cells(entry)))
        table.move_cursor(row=row)
        passed = sum(state is ExerciseState.PASSED for state in self.states.values())
        total = len(self.desk.exercises)
        count = words("list.count", passed=passed, total=total)
        title = Content.assemble((words("app"), "bold"), "  ", words.of(self.desk.pack.title))
        if self.wanted:
            title = Content.assemble((words("list.filter"), "bold"), " ", (self.wanted, "bold $accent"), ("▏", "$accent"))
            count = words("list.found", found=len(self.shown), total=total + len(self.exams))
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

    def _cells(self, exercise: Exercise) -> list[Text]:
        words = words_of(self)
        state = self.states.get(exercise.slug, ExerciseState.NEW).value
        mark, style = STATE[state]
        minutes = max(1, round(exercise.target_seconds / 60))
        return [
            Text(words.of(exercise.title), no_wrap=True, overflow="ellipsis"),
            Text(words.named("level", exercise.difficulty)),
            Text(words("list.minutes", minutes=minutes), justify="right"),
            Text(f"{mark} {words.named('state', state)}", style),
        ]

    def _exam_cells(self, row: ExamRow) -> list[Text]:
        words = words_of(self)
        state = exam_state(words, row)
        return [
            Text(words.of(row.title), "bold", no_wrap=True, overflow="ellipsis"),
            Text(words("exams.tasks", count=row.tasks)),
            Text(words("list.minutes", minutes=row.minutes), justify="right"),
            Text(state, EXAM_STYLE.get(state[0], "dim"), no_wrap=True, overflow="ellipsis"),
        ]

    def on_resize(self) -> None:
        self.relabel()

    def chosen(self) -> Entry | None:
        row = self.query_one(DataTable).cursor_row
        return self.shown[row] if 0 <= row < len(self.shown) else None

    def _about(self) -> None:
        words, about = words_of(self), self.query_one("#about", Static)
        entry = self.chosen()
        if entry is None:
            about.update(words("list.nothing" if self.wanted else "list.empty"))
            return
        if isinstance(entry, Exercise):
            text = words("list.skills", skills=", ".join(entry.skills))
        else:
            text = words.of(entry.exam.description) if entry.exam is not None else exam_state(words, entry)
        about.update(Content("\n").join((Content.styled(words.of(entry.title), "bold"), Content(text))))

    def on_data_table_row_highlighted(self) -> None:
        self._about()

    def on_data_table_row_selected(self) -> None:
        self.action_open()

    def action_open(self) -> None:
        entry = self.chosen()
        if isinstance(entry, Exercise):
            self.desk.remember(entry)
            self.app.push_screen(StudyScreen(self.desk, entry))
        elif entry is not None:
            self._ask(entry)

    # Exams.

    def _ask(self, row: ExamRow) -> None:
        """What the exam is; then it starts, goes on, or shows its last report."""
        first = self.exams[0]
        other = first if first.running is not None and first is not row else None

        def answered(answer: str | None) -> None:
            if answer == START:
                self._prepare((other or row).running or row.exam)
            elif answer == REPORT and row.results is not None and row.results.newest is not None:
                self._show_report(row.results.newest)

        self.app.push_screen(start_screen(row, other), answered)

    def _show_report(self, number: int) -> None:
        try:
            self.app.push_screen(ReportScreen(self.desk, ended_attempt(self.desk, number)))
        except TrainerError as error:
            self._tell(Failure(error.message, error.help))

    def _prepare(self, what: Exam | ExamAttempt | None) -> None:
        if what is None or self.opening is not None:
            return
        self.opening = what
        self.query_one("#about", Static).update(words_of(self)("exams.preparing"))
        self._make_ready(what)

    @work(thread=True, exclusive=True, group="exam", exit_on_error=False)
    def _make_ready(self, what: Exam | ExamAttempt) -> None:
        found = attempt(lambda: sheets_of(what, self.desk))
        self.post_message(ExamPrepared(None, found) if isinstance(found, Failure) else ExamPrepared(found))

    def on_exam_prepared(self, message: ExamPrepared) -> None:
        what, self.opening = self.opening, None
        if message.prepared is None or what is None:
            self._tell(message.failure or Failure("?"))
            return
        try:
            if isinstance(what, Exam):
                exam = OpenExam.start(self.desk, what, message.prepared)
            else:
                exam = OpenExam.resume(self.desk, message.prepared)
        except TrainerError as error:
            self._tell(Failure(error.message, error.help))
            return
        if exam.ended:
            self.app.push_screen(ReportScreen(self.desk, exam.attempt))
        else:
            self.app.push_screen(ExamScreen(exam))

    def _tell(self, failure: Failure) -> None:
        self.look()
        self.notify("\n".join(filter(None, (failure.problem, failure.next_step))), severity="error", markup=False)

    def action_help(self) -> None:
        self.app.push_screen(HelpScreen("list"))


def exam_state(words: Words, row: ExamRow) -> str:
    """How far the learner is with an exam; the first letter is its mark."""
    running, results = row.running, row.results
    if running is not None:
        hours, rest = divmod(ceil(running.seconds_left / 60), 60)
        minutes = words("exams.minutes", minutes=rest) if running.seconds_left >= 60 else words("exams.under")
        left = words("exams.hours", hours=hours, minutes=rest) if hours else minutes
        return words("exams.running" if running.counting else "exams.paused", left=left)
    if results is not None and results.newest is not None and not results.newest_graded:
        return words("exams.ungraded")
    if results is not None and results.best is not None:
        return words("exams.best", mark="●" if results.passed else "◐", percent=f"{results.best:g}")
    return words("exams.new")


def exam_words(words: Words, row: ExamRow) -> str:
    """What an exam is found by."""
    return " ".join((words.of(row.title), row.slug, words("exams.word"), exam_state(words, row)))


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
