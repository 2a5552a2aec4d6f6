"""The first screen: what goes on, what is due, exercises by skill, mock exams, installed packs, and how far the learner is."""

from __future__ import annotations

from typing import ClassVar

from textual import events, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.widgets import Static

from trainer.content import Exercise
from trainer.errors import StoreError, TrainerError
from trainer.session import ExerciseState
from trainer.session.figures import Figures
from trainer.session.shelf import installed_packs
from trainer.tui.desk import Desk, Failure, attempt
from trainer.tui.drill import Drill
from trainer.tui.exam_desk import ExamRow, OpenExam, ended_attempt, exam_rows, sheets_of
from trainer.tui.home import Entry, Heading, Row, exam_facts, exercise_facts, found, sections
from trainer.tui.messages import ExamPrepared, PacksFound
from trainer.tui.screens.help import HelpScreen
from trainer.tui.screens.start import REPORT, START, start_screen
from trainer.tui.widgets.frame import KeyBar, TitleBar, TrainerScreen, words_of
from trainer.tui.widgets.home_cells import cells_of
from trainer.tui.widgets.sections import SectionTable

TITLE_WIDTH = 28
"""Cells of a title that stay in a narrow window."""
WIDTHS = {"level": 6, "time": 6, "state": 10}
WITH_EXAMS = {"level": 8, "time": 7, "state": 16}
"""Cells of the other columns where there are exams to show and room for them."""
RUNNING_STATE = 26
"""Cells of the state while an exam runs."""
SKILLS_WIDTH, BEST_WIDTH = 40, 6
SKILLS_FROM = 120
"""Cells of the window from which on skills and best times have columns."""
LEFT_PERIOD = 20.0
"""Seconds between two looks at how much time an exam has left."""


# Screens are imported when they are opened: the editor and its engine take a sixth of a start.


class ExerciseList(TrainerScreen):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", show=False),
        Binding("f1,question_mark", "help", show=False, priority=True),
        Binding("f3", "progress", show=False),
        Binding("f4", "group", show=False),
        Binding("f5", "drill", show=False),
        Binding("delete,f8", "forget", show=False),
    ]

    def __init__(self, desk: Desk, *, drill: bool = False) -> None:
        """``drill``: begin with one."""
        super().__init__()
        self.desk = desk
        self.figures: Figures | None = None
        """None while the store cannot be read."""
        self.wide = False
        self.wanted = ""
        """What was typed: only what has these letters in this order is shown."""
        self.exams: tuple[ExamRow, ...] = ()
        self.shown: tuple[Row, ...] = ()
        self.by_skill = self._kept("home_order") != "pack"
        self.opening: ExamRow | None = None
        """The exam whose tasks are being made ready."""
        self.drill = Drill()
        self._drill_first = drill
        self._drawn: Size | None = None
        """The window's size when the table was filled."""

    def compose(self) -> ComposeResult:
        yield TitleBar()
        yield SectionTable(id="exercises")
        yield Static("", markup=False, id="about")
        yield KeyBar()
        yield from self.frame()

    def on_mount(self) -> None:
        self.table.focus()
        self.look()
        last = self.desk.last_exercise()
        if last is not None and not (self.exams and self.exams[0].running):
            self._go_to(last)
        self.set_interval(LEFT_PERIOD, self._look_again)
        self._find_packs()

    @property
    def table(self) -> SectionTable:
        return self.query_one(SectionTable)

    def _kept(self, name: str) -> str | None:
        try:
            return self.desk.store.setting(name)
        except StoreError:
            return None

    @work(thread=True, exclusive=True, group="packs", exit_on_error=False)
    def _find_packs(self) -> None:
        found = attempt(lambda: installed_packs(self.desk.pack))
        if not isinstance(found, Failure):
            self.post_message(PacksFound(tuple(found[0])))

    def on_packs_found(self, message: PacksFound) -> None:
        if message.packs:
            self.desk.take_packs(message.packs)
            self.look()
            last = self.desk.last_exercise()
            if last is not None and last not in {one.slug for one in self.desk.pack.exercises}:
                self._go_to(last)
        if self._drill_first:
            self._drill_first = False
            self.action_drill()

    def on_screen_resume(self) -> None:
        self.look()
        if self.drill.left:
            self._drill_on()

    def _look_again(self) -> None:
        if self.is_current and self.exams and self.exams[0].running:
            self.look()

    def look(self) -> None:
        """Shows what the store says now."""
        running = self.exams[:1] if self.exams and self.exams[0].running else ()
        try:
            self.figures = self.desk.figures()
            self.exams = exam_rows(self.desk)
        except StoreError as error:
            self.notify(f"{error.message}\n{error.help}", severity="error", markup=False)
        self.relabel()
        now = self.exams[:1] if self.exams and self.exams[0].running else ()
        if now and not running and not self.wanted:
            self.table.move_cursor(row=0)

    def _go_to(self, key: str) -> None:
        keys = [_key(row) for row in self.shown]
        if key in keys:
            self.table.move_cursor(row=keys.index(key))

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
        self.table.move_cursor(row=0)
        self.relabel()

    def action_show_all(self) -> None:
        if self.wanted:
            self._filter("")

    def action_leave(self) -> None:
        if self.wanted:
            self._filter("")
        else:
            self.app.exit(0)

    def _rows(self) -> tuple[Row, ...]:
        words = words_of(self)
        if self.wanted:
            return found(self.desk, words, self.figures, self.exams, self.wanted)
        going_on = self.desk.going_on()
        return sections(self.desk, words, self.figures, self.exams, by_skill=self.by_skill, going_on=going_on)

    def relabel(self) -> None:
        self._drawn = self.app.size
        words, table = words_of(self), self.table
        chosen, row = self.chosen(), table.cursor_row
        table.clear(columns=True)
        room = self.app.size.width - 10
        wanted = WITH_EXAMS if self.exams else WIDTHS
        if self.exams and self.exams[0].running is not None:
            wanted = {**WITH_EXAMS, "state": RUNNING_STATE}
        widths = wanted if room - sum(wanted.values()) >= TITLE_WIDTH else WIDTHS
        self.wide = self.app.size.width >= SKILLS_FROM
        width = max(TITLE_WIDTH, room - sum(widths.values()) - (SKILLS_WIDTH + BEST_WIDTH + 4 if self.wide else 0))
        table.add_column(words("list.exercise"), width=width)
        if self.wide:
            table.add_column(words("home.skills"), width=SKILLS_WIDTH)
            table.add_column(words("home.best"), width=BEST_WIDTH)
        for key, cells in widths.items():
            table.add_column(words(f"list.{key}"), width=cells)
        self.shown = self._rows()
        for entry in self.shown:
            table.add_row(*cells_of(words, entry, self.figures, wide=self.wide))
        table.set_headings({number for number, one in enumerate(self.shown) if isinstance(one, Heading)})
        keys = [_key(one) for one in self.shown]
        again = _key(chosen) if chosen is not None else ""
        table.move_cursor(row=keys.index(again) if again in keys and not self.wanted else row)
        self._show_bars()
        self._about()

    def _show_bars(self) -> None:
        words, figures = words_of(self), self.figures
        total = len(self.desk.exercises)
        passed = sum(one.state is ExerciseState.PASSED for one in figures.exercises) if figures is not None else 0
        counts = [words("list.count", passed=passed, total=total)]
        if figures is not None and figures.due_exercises:
            counts.insert(0, words("home.due_count", count=len(figures.due_exercises)))
        count = "  ".join(counts)
        title = Content.assemble((words("app"), "bold"), "  ", words.of(self.desk.pack.title))
        if self.wanted:
            title = Content.assemble((words("list.filter"), "bold"), " ", (self.wanted, "bold $accent"), ("▏", "$accent"))
            count = words("list.found", found=len(self.shown), total=total + len(self.exams))
        self.query_one(TitleBar).show(title, Content(count))
        self.query_one(KeyBar).show(
            (
                ("Enter", "key.open", "screen.open"),
                ("a-z", "key.filter", "screen.show_all"),
                ("F5", "key.drill", "screen.drill"),
                ("F3", "key.progress", "screen.progress"),
                *([("F4", "key.group", "screen.group")] if self.wide else []),
                ("F1", "key.help", "screen.help"),
                ("^L", "other_language", "app.language"),
                ("q", "key.quit", "app.quit"),
            ),
            [("Del", "key.reset", "screen.forget")],
        )

    def on_resize(self) -> None:
        if self.app.size != self._drawn:
            self.relabel()

    def chosen(self) -> Entry | None:
        row = self.table.cursor_row
        one = self.shown[row] if 0 <= row < len(self.shown) else None
        return None if isinstance(one, Heading) else one

    def _about(self) -> None:
        words, about = words_of(self), self.query_one("#about", Static)
        entry = self.chosen()
        if entry is None:
            about.update(words("list.nothing" if self.wanted else "list.empty"))
            return
        if isinstance(entry, Exercise):
            text = exercise_facts(words, entry, self.figures)
        else:
            text = exam_facts(words, entry)
        about.update(Content("\n").join((Content.styled(words.of(entry.title), "bold"), Content(text))))

    def on_data_table_row_highlighted(self) -> None:
        self._about()

    def on_data_table_row_selected(self) -> None:
        self.action_open()

    def action_open(self) -> None:
        entry = self.chosen()
        if isinstance(entry, Exercise):
            self._study(entry)
        elif entry is not None:
            self._ask(entry)

    def _study(self, exercise: Exercise, place: tuple[int, int] | None = None) -> None:
        fresh = place is not None and not self.desk.begun(exercise.slug)
        self.desk.remember(exercise)
        from trainer.tui.screens.study import StudyScreen

        self.app.push_screen(StudyScreen(self.desk, exercise, fresh=fresh, place=place))

    def action_progress(self) -> None:
        from trainer.tui.screens.progress import ProgressScreen

        self.app.push_screen(ProgressScreen(self.desk))

    def action_group(self) -> None:
        """By skill, or in the pack's order."""
        self.by_skill = not self.by_skill
        try:
            self.desk.store.set_setting("home_order", "skill" if self.by_skill else "pack")
        except StoreError as error:
            self.notify(f"{error.message}\n{error.help}", severity="error", markup=False)
        self.relabel()
        self.notify(words_of(self)("home.by_skill" if self.by_skill else "home.by_order"), timeout=3, markup=False)

    def action_forget(self) -> None:
        """Makes the chosen exercise new again, after a question and a backup."""
        from trainer.tui.screens.forget import ask_to_forget

        entry = self.chosen()
        if isinstance(entry, Exercise):
            ask_to_forget(self, self.desk, entry, self.look)
        else:
            self.notify(words_of(self)("forget.exercise"), timeout=4, markup=False)

    # Drills.

    def action_drill(self) -> None:
        """Draws a drill, and opens its first exercise."""
        self.look()
        self.drill = Drill.draw(self.desk, self.figures)
        if self.drill.left:
            self._study(*self.drill.next())
        else:
            self.notify(words_of(self)("drill.none"), markup=False)

    def _drill_on(self) -> None:
        """Back from an exercise of the drill: the next one, or what came of it."""
        words, drill = words_of(self), self.drill
        if not drill.came_back(self.desk):
            self.drill = Drill()
            self.notify(words("drill.left"), markup=False)
        elif drill.has_next:
            self._study(*drill.next())
        else:
            self.drill = Drill()
            self.notify(words("drill.done", passed=drill.passed, count=drill.count), timeout=8, markup=False)

    # Exams.

    def _ask(self, row: ExamRow) -> None:
        """What the exam is; then it starts, goes on, or shows its last report."""
        first = self.exams[0]
        other = first if first.running is not None and first is not row else None

        def answered(answer: str | None) -> None:
            if answer == START:
                self._prepare(other or row)
            elif answer == REPORT and row.results is not None and row.results.newest is not None:
                self._show_report(row.results.newest)

        self.app.push_screen(start_screen(row, other), answered)

    def _show_report(self, number: int) -> None:
        from trainer.tui.screens.report import ReportScreen

        try:
            self.app.push_screen(ReportScreen(self.desk, ended_attempt(self.desk, number)))
        except TrainerError as error:
            self._tell(Failure(error.message, error.help))

    def _prepare(self, row: ExamRow) -> None:
        if self.opening is not None:
            return
        self.opening = row
        self.query_one("#about", Static).update(words_of(self)("exams.preparing"))
        self._make_ready(row)

    @work(thread=True, exclusive=True, group="exam", exit_on_error=False)
    def _make_ready(self, row: ExamRow) -> None:
        found = attempt(lambda: sheets_of(row, self.desk))
        self.post_message(ExamPrepared(None, found) if isinstance(found, Failure) else ExamPrepared(found))

    def on_exam_prepared(self, message: ExamPrepared) -> None:
        row, self.opening = self.opening, None
        if message.prepared is None or row is None:
            self._tell(message.failure or Failure("?"))
            return
        try:
            if row.running is None and row.exam is not None:
                exam = OpenExam.start(self.desk, row.exam, message.prepared)
            else:
                exam = OpenExam.resume(self.desk, message.prepared)
        except TrainerError as error:
            self._tell(Failure(error.message, error.help))
            return
        if exam.ended:
            from trainer.tui.screens.report import ReportScreen

            self.app.push_screen(ReportScreen(self.desk, exam.attempt))
        else:
            from trainer.tui.screens.exam import ExamScreen

            self.app.push_screen(ExamScreen(exam))

    def _tell(self, failure: Failure) -> None:
        self.look()
        self.notify("\n".join(filter(None, (failure.problem, failure.next_step))), severity="error", markup=False)

    def action_help(self) -> None:
        self.app.push_screen(HelpScreen("list"))


def _key(row: Row) -> str:
    """Tells rows apart, whatever language they are shown in."""
    return "" if isinstance(row, Heading) else row.slug if isinstance(row, Exercise) else f"exam {row.key}"
