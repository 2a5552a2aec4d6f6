"""The end of an exam: it is graded in a thread, and then its report is here, to scroll and to export."""

from __future__ import annotations

import threading
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from trainer.errors import CaptureCancelled, StoreError
from trainer.grading import ExamReport
from trainer.session.exam_grading import exam_report
from trainer.session.exam_store import ExamAttempt
from trainer.tui.desk import Desk, Failure, attempt
from trainer.tui.exam_desk import export_report, grade_ended
from trainer.tui.messages import GradingDone, GradingStep
from trainer.tui.screens.help import HelpScreen
from trainer.tui.widgets.exam_report import details, overview
from trainer.tui.widgets.frame import KeyBar, ProgressLine, TitleBar, TrainerScreen, bar, words_of
from trainer.tui.widgets.problem import failure_text

TWO_COLUMNS = 120


class ReportScreen(TrainerScreen):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e", "export", show=False),
        Binding("g", "grade", show=False),
        Binding("f1,question_mark", "help", show=False),
        Binding("escape,q", "back", show=False),
    ]

    def __init__(self, desk: Desk, ended: ExamAttempt) -> None:
        super().__init__()
        self.desk = desk
        self.ended = ended
        self.report: ExamReport | None = None
        self.failure: Failure | None = None
        self.grading = False
        self.cancel = threading.Event()
        self._step: GradingStep | None = None

    def compose(self) -> ComposeResult:
        yield TitleBar()
        yield ProgressLine()
        with VerticalScroll(id="report"):
            with VerticalScroll(id="overview"):
                yield Static("", markup=False)
            with VerticalScroll(id="details"):
                yield Static("", markup=False)
        yield KeyBar()
        yield from self.frame()

    def on_mount(self) -> None:
        try:
            self.report = exam_report(self.desk.store, self.ended.id)
        except StoreError as error:
            self.failure = Failure(error.message, error.help)
        self.relabel()
        if self.report is not None:
            self._focus()
        elif self.failure is None:
            self.action_grade()

    def _focus(self) -> None:
        self.query_one("#details" if self.app.size.width >= TWO_COLUMNS else "#overview").focus()

    @property
    def busy(self) -> bool:
        return self.grading

    # What is shown.

    def relabel(self) -> None:
        words, report = words_of(self), self.report
        self.query_one(TitleBar).show(
            Content.assemble((words("report.title"), "bold"), "  ", words.of(self.ended.title)),
            Content.styled(f"#{self.ended.id}", "$text-muted"),
        )
        wide = self.app.size.width >= TWO_COLUMNS
        box = self.query_one("#report")
        box.display = report is not None
        # In a wide window the columns scroll, and Tab must not stop at what holds them.
        box.can_focus = not wide
        if wide and box.has_focus:
            self._focus()
        if report is not None:
            width = (self.app.size.width // 2 if wide else self.app.size.width) - 6
            self.query_one("#overview Static", Static).update(overview(report, words, width))
            self.query_one("#details Static", Static).update(details(report, words))
        self._show_progress()
        again = [("g", "key.retry", "screen.grade")] if self._may_grade else []
        self.query_one(KeyBar).show(
            (
                ("↑↓", "key.scroll", "screen.scroll_down"),
                ("e", "key.export", "screen.export"),
                *again,
                ("F1", "key.help", "screen.help"),
                ("Esc", "key.back", "screen.back"),
                ("^L", "other_language", "app.language"),
            )
        )

    def on_resize(self) -> None:
        if self.is_mounted and self.query("#report"):
            self.relabel()

    @property
    def _may_grade(self) -> bool:
        """Something is not graded, for which the learner is not to blame."""
        return not self.grading and (self.report is None or not self.report.is_complete)

    def _show_progress(self) -> None:
        words, line = words_of(self), self.query_one(ProgressLine)
        if self.grading:
            step = self._step
            filled = line.WIDTH * (step.number - 1) // step.count if step is not None else 0
            text = words("report.starting")
            if step is not None:
                text = words("report.grading", number=step.number, count=step.count, title=step.slug)
            line.say(Content.assemble(bar(filled, line.WIDTH), "  ", text))
        elif self.failure is not None:
            line.say(Content.assemble(failure_text(words, self.failure, "report.failed"), "\n", words("report.retry")))
        elif self.report is not None and not self.report.is_complete:
            line.say(Content.styled(words("report.incomplete"), "$warning"))
        else:
            line.say("")

    # Grading.

    def action_grade(self) -> None:
        if not self._may_grade:
            return
        self.grading, self.failure, self._step = True, None, None
        self.relabel()
        self._grade(words_of(self).lang)

    @work(thread=True, exclusive=True, group="grading", exit_on_error=False)
    def _grade(self, lang: str) -> None:
        def told(number: int, count: int, slug: str) -> None:
            self.post_message(GradingStep(number, count, slug))

        def grade() -> GradingDone:
            try:
                return GradingDone(grade_ended(self.ended, self.desk, lang, told, self.cancel))
            except CaptureCancelled:
                return GradingDone(None)

        done = attempt(grade)
        self.post_message(GradingDone(None, done) if isinstance(done, Failure) else done)

    def on_grading_step(self, message: GradingStep) -> None:
        self._step = message
        self._show_progress()

    def on_grading_done(self, message: GradingDone) -> None:
        self.grading, self._step = False, None
        self.failure = message.failure
        self.report = message.report or self.report
        self.relabel()
        if self.report is not None:
            self._focus()

    def on_unmount(self) -> None:
        self.cancel.set()

    # Keys.

    def action_export(self) -> None:
        words = words_of(self)
        if self.report is None:
            self.notify(words("report.not_yet"), severity="warning", markup=False)
            return
        try:
            folder, names = export_report(self.report, words.lang)
        except OSError as error:
            problem = f"{error.filename or ''} {error.strerror or error}".strip()
            self.notify(words("report.not_exported", problem=problem), severity="error", markup=False)
            return
        self.notify(words("report.exported", folder=folder, names=", ".join(names)), timeout=15, markup=False)

    def action_help(self) -> None:
        self.app.push_screen(HelpScreen("report"))

    def action_back(self) -> None:
        """Home. A grading that goes on is stopped there, and begins again when the report is asked for."""
        self.app.pop_screen()
