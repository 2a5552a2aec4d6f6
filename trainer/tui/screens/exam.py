"""A mock exam: task, editor and questions, the countdown, and the end. What counts is in the store; see ``OpenExam``."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Input, Markdown, Static

from trainer.content import ExamClock
from trainer.errors import StoreError
from trainer.session.exam_store import ExamState
from trainer.tui.desk import LEARNER_FILE, Failure
from trainer.tui.exam_desk import OpenExam, clock_text
from trainer.tui.node_visit import NodeTask, NodeVisit, Texts
from trainer.tui.screens.confirm import ConfirmScreen
from trainer.tui.screens.report import ReportScreen
from trainer.tui.screens.work import SAVE_DELAY, WorkScreen
from trainer.tui.text import Words
from trainer.tui.widgets.editor_pane import Check, EditorPane, OnEdit
from trainer.tui.widgets.frame import KeyBar, PaneBar, TitleBar, words_of
from trainer.tui.widgets.proposals import ProposalList
from trainer.tui.widgets.questions import QuestionList

WARNINGS = ((60, "bold reverse $error"), (300, "bold $error"), (900, "bold $warning"))
"""Seconds left from which on the countdown looks so; each is told once."""
TICK_EVERY = 5
"""Seconds between two writes of the time. A kill costs an exam whose clock stands still at most so many."""
AT_ONCE = 3.0
"""Seconds before the end from which on each change is written at once."""
NOTE_LENGTH = 500


class Note(Input):
    changed: Callable[[], None] | None = None
    """Called at each change, before it is seen."""

    def watch_value(self) -> None:
        if self.changed is not None:
            self.changed()


class ExamScreen(WorkScreen):
    PANES: ClassVar[tuple[str, ...]] = ("task", "editor", "questions")
    HELP_PAGE: ClassVar[str] = "exam"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f4,ctrl+o", "pane('questions')", show=False, priority=True),
        Binding("f5,ctrl+r", "no_run", show=False, priority=True),
        Binding("f6", "step(-1)", show=False, priority=True),
        Binding("f7", "step(1)", show=False, priority=True),
        Binding("f10", "hand_in", show=False, priority=True),
        Binding("ctrl+f", "flag", show=False, priority=True),
        Binding("ctrl+n,alt+n", "note", show=False, priority=True),
        Binding("escape", "back", show=False, priority=True),
    ]

    def __init__(self, exam: OpenExam) -> None:
        super().__init__(exam.pack.base_rules)
        self.exam = exam
        self._cursors: dict[int, tuple[int, int]] = {}
        self._told = {seconds for seconds, _ in WARNINGS if exam.left <= seconds}
        self._seconds = 0
        self._over = False
        self._handing_in = False
        self._failed = False
        """The store's last failure was told; it is not told every second."""
        self._save_timer: Timer | None = None
        self._ticked = 0.0
        """Seconds that were left when the node shell last wrote the time."""

    def compose(self) -> ComposeResult:
        yield TitleBar()
        yield PaneBar(self.PANES)
        with Horizontal(id="panes"):
            with Vertical(id="left"):
                with VerticalScroll(id="task"):
                    yield Markdown("", open_links=False)
                yield EditorPane(*self._files(), clean="exam.clean")
            yield QuestionList(self.exam)
        with Horizontal(id="noteline"):
            yield Static("", markup=False)
            yield Note(self.exam.task.note, max_length=NOTE_LENGTH, compact=True, id="note")
        yield KeyBar()
        yield ProposalList()
        yield from self.frame()

    def on_mount(self) -> None:
        self.query_one(ProposalList).close()
        self.note.changed = self._take_note
        self.relabel()
        self.action_pane("task")
        self.set_interval(1.0, self.second)

    def _files(self) -> tuple[dict[str, str], Check, OnEdit]:
        """What the editor needs for the question of the moment. Its changes belong to that question, whenever they come."""
        exam, number = self.exam, self.exam.number

        def edited(name: str, text: str) -> None:
            exam.edit(number, name, text)
            self._save_soon()

        return dict(exam.texts[number]), lambda text: exam.check(number, text), edited

    @property
    def busy(self) -> bool:
        return self.code.busy

    @property
    def note(self) -> Note:
        return self.query_one("#note", Note)

    @property
    def questions(self) -> QuestionList:
        return self.query_one(QuestionList)

    # What is shown.

    def relabel(self) -> None:
        words = words_of(self)
        self.query_one(Markdown).update(words.of(self.exam.sheet.exercise.task))
        self.query_one("#noteline Static", Static).update(words("exam.note"))
        self.note.placeholder = words("exam.note_empty")
        self.code.relabel()
        self.query_one(KeyBar).show(
            (
                ("F6/F7", "key.step", "screen.step(1)"),
                ("F4", "key.questions", "screen.pane('questions')"),
                ("^F", "key.flag", "screen.flag"),
                ("^N", "key.note", "screen.note"),
                ("F10", "key.hand_in", "screen.hand_in"),
                ("F1", "key.help", "screen.help"),
                ("^L", "한/영", "app.language"),
            ),
            [("Alt+S", "key.find", "screen.find")],
        )
        self.show_status()

    def show_status(self) -> None:
        """What hangs on the attempt: title, countdown, list."""
        self.questions.relabel()
        self.show_panes()
        self._show_title()

    def _show_title(self) -> None:
        words, exam = words_of(self), self.exam
        left = exam.left
        style = next((style for seconds, style in WARNINGS if left <= seconds), "bold")
        self.query_one(TitleBar).show(
            Content.assemble(
                (words.of(exam.attempt.title), "bold"),
                "  ",
                words("exam.question", number=exam.number, count=exam.count),
                "  ",
                (words("exam.points", points=exam.task.points), "$text-muted"),
                ("  ⚑" if exam.task.flagged else "", "bold $error"),
            ),
            Content.assemble(
                (words("status.unsaved" if exam.unsaved else "status.saved"), "$text-muted"),
                "  ",
                (f" {clock_text(left)} ", style),
            ),
        )

    def on_check_done(self) -> None:
        self.show_panes()

    def focus_pane(self, pane: str) -> None:
        if pane == "task":
            self.set_focus(self.query_one("#task"))
        elif pane == "editor":
            self.set_focus(self.editor)
        else:
            self.set_focus(self.questions.options)

    # The clock.

    def second(self) -> None:
        """Each second: the countdown, and every few the time in the store."""
        self._seconds += 1
        if self._over:
            return
        if self.exam.left <= 0 or self._seconds % TICK_EVERY == 0:
            self._try(self.exam.tick)
        if self.exam.ended:
            self._end()
            return
        self._warn()
        self._show_title()

    def _warn(self) -> None:
        left = self.exam.left
        new = [seconds for seconds, _ in WARNINGS if left <= seconds and seconds not in self._told]
        if new:
            self._told.update(new)
            severity = "warning" if left > WARNINGS[1][0] else "error"
            self.notify(words_of(self)("exam.left", left=clock_text(left)), severity=severity, markup=False)  # type: ignore[arg-type]

    def _end(self) -> None:
        """The attempt has ended: by the learner, by the clock, or in another program."""
        if self._over:
            return
        self._over = True
        while self.app.screen is not self:
            self.app.pop_screen()  # help, rules or a question lie over it
        if not self._handing_in:
            over = self.exam.attempt.state is ExamState.TIME_OVER
            text = words_of(self)("exam.time_over" if over else "exam.handed_in")
            self.app.notify(text, severity="warning", timeout=10, markup=False)
        self.app.switch_screen(ReportScreen(self.exam.desk, self.exam.attempt))

    # Saving.

    def _save_soon(self) -> None:
        if self.exam.left <= AT_ONCE:
            self._write()
        elif self._save_timer is None:
            self._save_timer = self.set_timer(SAVE_DELAY, self._saved)
            self._show_title()

    def _saved(self) -> None:
        self._write()
        if self.exam.ended:
            self._end()
        else:
            self.show_status()

    def _write(self) -> None:
        if self._save_timer is not None:
            self._save_timer.stop()
            self._save_timer = None
        self._try(self.exam.flush)

    def _try(self, change: Callable[[], None]) -> bool:
        """Whether the store took it; its first failure of a row is told."""
        try:
            change()
        except StoreError as error:
            if not self._failed:
                self.notify(f"{error.message}\n{error.help}", severity="error", markup=False)
            self._failed = True
            return False
        self._failed = False
        return True

    def save(self) -> bool:
        self._failed = False
        self.code.take()
        self._take_note()
        self._saved()
        return not self.exam.unsaved

    # Questions.

    def go_to(self, number: int) -> None:
        if not self.save() or self._over or number == self.exam.number:
            return
        self._cursors[self.exam.number] = self.editor.cursor_location if self.editor.file_name == LEARNER_FILE else (0, 0)
        if not self._try(lambda: self.exam.go_to(number)):
            return
        if self.exam.ended:
            self._end()
            return
        self.code.open(*self._files())
        self.editor.move_cursor(self._cursors.get(number, (0, 0)))
        self.note.value = self.exam.notes[number]
        self.questions.mark()
        self.query_one("#task").scroll_home(animate=False)
        self.relabel()

    def action_step(self, step: int) -> None:
        self.after_keys(lambda: self.go_to((self.exam.number - 1 + step) % self.exam.count + 1))

    def on_question_list_chosen(self, message: QuestionList.Chosen) -> None:
        if message.number:
            self.go_to(message.number)
            self.action_pane("task")
        else:
            self.action_hand_in()

    def action_flag(self) -> None:
        if self._try(self.exam.flag):
            self._saved()

    # The node shell.

    def node_task(self) -> NodeTask | None:
        if not self.save() or self._over:
            return None
        exam, sheet = self.exam, self.exam.sheet
        self._ticked = exam.left
        return NodeTask(
            sheet.exercise, exam.pack, sheet.seed, f"exam-{exam.attempt.id}-{exam.number}", dict(exam.texts[exam.number])
        )

    def keep_texts(self, texts: Texts) -> bool:
        for name, text in texts.items():
            self.exam.edit(self.exam.number, name, text)
        with suppress(StoreError):  # coming back saves again, and tells
            self.exam.flush()
        return not self.exam.unsaved

    def node_is_over(self) -> bool:
        """The clock goes on in the shell; at its end the shell is closed, as the exam's terminal would be."""
        if self.exam.left <= 0 or self._ticked - self.exam.left >= TICK_EVERY:
            self._ticked = self.exam.left
            with suppress(StoreError):
                self.exam.tick()
        return self.exam.ended

    def back_from_node(self, found: NodeVisit | Failure) -> None:
        self._saved()
        if not self._over:
            super().back_from_node(found)

    # The note.

    def action_note(self) -> None:
        self.set_focus(self.note)

    def _take_note(self) -> None:
        if self.note.value != self.exam.notes[self.exam.number]:
            self.exam.note(self.exam.number, self.note.value)
            self._save_soon()

    def on_input_submitted(self) -> None:
        self.focus_pane(self.pane)

    # The end.

    def action_no_run(self) -> None:
        self.notify(words_of(self)("exam.no_run"), timeout=3, markup=False)

    def action_hand_in(self) -> None:
        if not self.save() or self._over:
            return

        def answered(answer: str | None) -> None:
            if answer and not self._over:
                self._handing_in = self._try(self.exam.hand_in)
                if self.exam.ended:
                    self._end()

        answers = [("enter", "Enter", "exam.do_hand_in")]
        self.app.push_screen(ConfirmScreen(self._hand_in_text, answers, "exam.do_go_on"), answered)

    def _hand_in_text(self, words: Words) -> Content:
        tasks = self.exam.attempt.tasks
        lines = [
            Content.styled(words("exam.hand_in"), "bold"),
            Content(words("exam.hand_in_left", left=clock_text(self.exam.left))),
        ]
        for word, style, found in (
            ("exam.untouched", "$warning", [task for task in tasks if not task.edited]),
            ("exam.flagged", "$error", [task for task in tasks if task.flagged]),
        ):
            if found:
                lines += [Content(""), Content.styled(words(word), f"bold {style}")]
                lines += [Content(f"  {task.number}. {words.of(self.exam.sheets[task.number].exercise.title)}") for task in found]
        if len(lines) == 2:
            lines += [Content(""), Content.styled(words("exam.all_done"), "$success")]
        return Content("\n").join(lines)

    def action_back(self) -> None:
        """One step out: of the search, the proposals, the note, the editor; then home."""
        proposals = self.query_one(ProposalList)
        if self.finding:
            self.after_keys(self.code.find_bar.close)
        elif proposals.open:
            proposals.close()
        elif self.note.has_focus:
            self.focus_pane(self.pane)
        elif self.editor.has_focus:
            self.action_pane("questions")
        elif self.save() and not self._over and self._try(self.exam.close):
            if self.exam.ended:
                self._end()
                return
            self._over = True
            stands = self.exam.attempt.clock is ExamClock.PAUSED
            word = "exam.left_paused" if stands else "exam.left_running"
            self.app.notify(words_of(self)(word, left=clock_text(self.exam.left)), timeout=4, markup=False)
            self.app.pop_screen()

    def leave(self) -> bool:
        if not self._over:
            self.code.take()
            self._take_note()
            self._write()
            self._try(self.exam.close)
        return True

    def on_unmount(self) -> None:
        if self.exam.unsaved and not self.exam.ended:
            self._write()
