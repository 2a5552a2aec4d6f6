"""One exercise: task, editor and results, the live check while typing, and the run. Threads work; this screen only shows."""

from __future__ import annotations

import threading
import time
from typing import ClassVar

from textual import work
from textual.app import ComposeResult, SuspendNotSupported
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.events import DescendantFocus
from textual.timer import Timer
from textual.widgets import Markdown, Static, TextArea

from trainer.content import Exercise
from trainer.errors import CaptureCancelled, StoreError
from trainer.session import ExerciseState
from trainer.tui.desk import LEARNER_FILE, Checked, Desk, Failure, Feed, attempt
from trainer.tui.messages import CheckDone, HintShown, RunDone
from trainer.tui.own_editor import edited
from trainer.tui.screens.help import HelpScreen
from trainer.tui.screens.rules import BaseRulesScreen
from trainer.tui.widgets.editor import RuleEditor
from trainer.tui.widgets.frame import KeyBar, KeyHint, PaneBar, ProgressLine, TitleBar, TrainerScreen, words_of
from trainer.tui.widgets.problem import ProblemLine, failure_text
from trainer.tui.widgets.proposals import ProposalList
from trainer.tui.widgets.results import Results

CHECK_DELAY = 0.08
SAVE_DELAY = 0.3
FEED_PERIOD = 0.1
PANES = ("task", "editor", "results")


class StudyScreen(TrainerScreen):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f5,ctrl+r", "run", show=False, priority=True),
        Binding("f6", "cancel", show=False, priority=True),
        Binding("f7", "app.mode", show=False, priority=True),
        Binding("f8", "problem(1)", show=False, priority=True),
        Binding("shift+f8,f20", "problem(-1)", show=False, priority=True),
        Binding("f1", "help", show=False, priority=True),
        Binding("f2", "pane('task')", show=False, priority=True),
        Binding("f3", "pane('editor')", show=False, priority=True),
        Binding("f4", "pane('results')", show=False, priority=True),
        Binding("ctrl+t", "next_pane", show=False, priority=True),
        Binding("ctrl+n", "next_tab", show=False, priority=True),
        Binding("ctrl+g", "next_file", show=False, priority=True),
        Binding("ctrl+s", "save", show=False, priority=True),
        Binding("ctrl+e", "own_editor", show=False, priority=True),
        Binding("f9", "definition", show=False, priority=True),
        Binding("escape", "back", show=False),
    ]

    def __init__(self, desk: Desk, exercise: Exercise) -> None:
        super().__init__()
        self.desk = desk
        self.exercise = exercise
        self.files = desk.texts(exercise)
        self.pane = "task"
        self.version = 0
        self.checked: Checked | None = None
        self.feed: Feed | None = None
        self.cancel = threading.Event()
        self.leaving = False
        self.verdict: Content | None = None
        """Of the run whose text still stands in the editor."""
        self.hints_taken = 0
        self.opened = time.monotonic()
        self._checking = False
        self._check_timer: Timer | None = None
        self._save_timer: Timer | None = None
        self._feed_timer: Timer | None = None

    def compose(self) -> ComposeResult:
        yield TitleBar()
        yield PaneBar()
        with Horizontal(id="panes"):
            with Vertical(id="left"):
                with VerticalScroll(id="task"):
                    yield Markdown("", open_links=False)
                with Vertical(id="editor"):
                    yield Static("", id="files")
                    yield RuleEditor(self.files[LEARNER_FILE], id="rules")
                    yield ProblemLine()
            yield Results(self.exercise, self.desk.state(self.exercise) is ExerciseState.PASSED)
        yield ProgressLine()
        yield KeyBar()
        yield ProposalList()
        yield from self.frame()

    def on_mount(self) -> None:
        self.query_one("#files").display = len(self.files) > 1
        self.query_one(ProgressLine).display = False
        self.query_one(ProposalList).close()
        self.set_class(True, "on-task")
        self.relabel()
        wide = self.app.size.width >= 120
        self.action_pane("editor" if wide else "task")
        self._start_check()

    @property
    def busy(self) -> bool:
        """A check or a run is going on, or about to start."""
        return self._checking or self._check_timer is not None or self.feed is not None

    # Widgets.

    @property
    def editor(self) -> RuleEditor:
        return self.query_one("#rules", RuleEditor)

    @property
    def results(self) -> Results:
        return self.query_one(Results)

    def relabel(self) -> None:
        words = words_of(self)
        self.query_one(Markdown).update(words.of(self.exercise.task))
        self.results.relabel()
        self.show_status()
        self._show_problem()
        self._show_files()

    def show_status(self) -> None:
        """Title, panes and keys, after anything that they tell has changed."""
        words = words_of(self)
        mode = words("mode.checking") if self.desk.docker is None and self.desk.live is None else ""
        mode = mode or words("mode.live" if self.desk.live_now else "mode.recorded")
        style = "bold $success" if self.desk.live_now else "bold $accent"
        saved = words("status.unsaved" if self.desk.unsaved else "status.saved")
        self.query_one(TitleBar).show(
            Content.styled(words.of(self.exercise.title), "bold"),
            Content.assemble((saved, "$text-muted"), "  ", (f"● {mode}", style)),
        )
        self.query_one(PaneBar).show(self.pane, len(self.checked.diagnostics) if self.checked else 0)
        running = self.feed is not None
        hints: list[KeyHint] = [
            ("F6", "key.cancel", "screen.cancel") if running else ("F5", "key.run", "screen.run"),
            ("^T", "key.pane", "screen.next_pane"),
            ("^N", "key.tab", "screen.next_tab"),
            ("F8", "key.problem", "screen.problem(1)"),
            ("F7", "key.mode", "app.mode"),
            ("F1", "key.help", "screen.help"),
            ("Esc", "key.back", "screen.back"),
            ("^L", "한/영", "app.language"),
        ]
        self.query_one(KeyBar).show(hints)

    def _show_files(self) -> None:
        parts = [
            Content.styled(f" {name} ", "reverse bold" if name == self.editor.file_name else "$text-muted") for name in self.files
        ]
        self.query_one("#files", Static).update(Content.assemble(Content(" ").join(parts), ("  ^G", "$text-muted")))

    def _show_problem(self) -> None:
        editor = self.editor
        problem = editor.diagnostic_at_cursor()
        self.query_one(ProblemLine).show(problem, editor.diagnostics, None if problem else editor.hover_at_cursor())

    # Panes.

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        ids = {node.id for node in event.widget.ancestors_with_self}
        for pane in PANES:
            if pane in ids:
                self._mark_pane(pane)

    def _mark_pane(self, pane: str) -> None:
        if pane != self.pane:
            self.pane = pane
            for name in PANES:
                self.set_class(name == pane, f"on-{name}")
            self.query_one(PaneBar).show(pane, len(self.checked.diagnostics) if self.checked else 0)

    def action_pane(self, pane: str) -> None:
        self._mark_pane(pane)
        if pane == "task":
            self.query_one("#task").focus()
        elif pane == "editor":
            self.editor.focus()
        else:
            self.results.focus_tab()

    def action_next_pane(self) -> None:
        self.action_pane(PANES[(PANES.index(self.pane) + 1) % len(PANES)])

    def action_next_tab(self) -> None:
        if self.pane == "results":
            self.results.next_tab()
        else:
            self.action_pane("results")

    def action_next_file(self) -> None:
        names = list(self.files)
        name = names[(names.index(self.editor.file_name) + 1) % len(names)]
        if name != self.editor.file_name:
            self.editor.load(name, self.files[name])
            self._show_files()
            self._start_check()

    # Text: the check and the draft.

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        if event.text_area is not self.editor:
            return
        name, text = self.editor.file_name, self.editor.text
        if self.files[name] == text:
            return
        self.files[name] = text
        self.desk.unsaved[self.exercise.slug, name] = text
        self.version += 1
        if self.verdict is not None:
            # What is shown belongs to the text before this key.
            self.query_one(ProgressLine).say(Content.assemble((words_of(self)("run.outdated") + "  ", "$warning"), self.verdict))
            self.verdict = None
        if self._save_timer is None:
            self._save_timer = self.set_timer(SAVE_DELAY, self.save)
            self.show_status()
        if self._check_timer is not None:
            self._check_timer.stop()
        self._check_timer = self.set_timer(CHECK_DELAY, self._start_check)

    def on_text_area_selection_changed(self, event: TextArea.SelectionChanged) -> None:
        if event.text_area is self.editor:
            self._show_problem()

    def save(self) -> bool:
        """Writes what was changed; the text stays in the editor when that fails."""
        self._write()
        self.show_status()
        return not self.desk.unsaved

    def _write(self) -> None:
        if self._save_timer is not None:
            self._save_timer.stop()
            self._save_timer = None
        try:
            self.desk.flush()
        except StoreError as error:
            self.notify(f"{error.message}\n{error.help}", severity="error", markup=False)

    def action_save(self) -> None:
        if self.save():
            self.notify(words_of(self)("saved.draft"), timeout=2, markup=False)

    def _start_check(self) -> None:
        """One check at a time and none beside a run (two busy threads are felt); then the newest text has its turn."""
        self._check_timer = None
        if not self._checking and self.feed is None:
            self._checking = True
            self._check(self.version, self.files[LEARNER_FILE])

    @work(thread=True, exclusive=True, group="check", exit_on_error=False)
    def _check(self, version: int, text: str) -> None:
        found = attempt(lambda: self.desk.check(self.exercise, text))
        if isinstance(found, Failure):
            self.post_message(CheckDone(version, None, found))
        else:
            self.post_message(CheckDone(version, found))

    def on_check_done(self, message: CheckDone) -> None:
        self._checking = False
        if message.version != self.version:
            self._start_check()
            return
        if message.failure is not None:
            failed = words_of(self)("editor.check_failed", log=message.failure.log or message.failure.problem)
            self.query_one(ProblemLine).say(failed, "$warning")
            return
        self.checked = message.checked
        if message.checked is not None and self.editor.file_name == LEARNER_FILE:
            self.editor.show_check(message.checked.diagnostics, message.checked.names)
            self.editor.known = message.checked.known
        self._show_problem()
        self.show_status()

    def action_problem(self, step: int) -> None:
        self.action_pane("editor")
        self.editor.go_to_problem(step)

    def action_definition(self) -> None:
        """Where the name at the cursor is defined: in the learner's own file, or in the base rules, which are shown."""
        found = self.editor.hover_at_cursor() if self.pane == "editor" else None
        place = found.definition if found is not None else None
        if place is not None and place.file.name == LEARNER_FILE:
            self.editor.move_cursor(self.editor.location_of(place.start))
            return
        base = self.desk.pack.base_rules
        self.app.push_screen(BaseRulesScreen(base, place if place is not None and place.file.name == base.name else None))

    def action_own_editor(self) -> None:
        """The learner's own editor on the file that is shown, and back."""
        name = self.editor.file_name
        try:
            with self.app.suspend():
                text = edited(self.editor.text, name)
        except SuspendNotSupported:
            self.notify(words_of(self)("own_editor.no"), severity="warning", markup=False)
            return
        if isinstance(text, str):
            self.action_pane("editor")
            self.editor.load_text(text)
        else:
            self.notify(words_of(self)("own_editor.failed", problem=text.problem), severity="error", markup=False)

    # The run.

    def action_run(self) -> None:
        if self.feed is not None:
            self.notify(words_of(self)("run.busy"), markup=False)
            return
        self.save()
        self.verdict = None
        self.feed, self.cancel = Feed(), threading.Event()
        self.results.begin()
        self.action_pane("results")
        self.results.open("alerts")
        self._feed_timer = self.set_interval(FEED_PERIOD, self._drain)
        self._drain()
        self.show_status()
        self._run(dict(self.files), self.feed, self.cancel, words_of(self).lang)

    @work(thread=True, exclusive=True, group="run", exit_on_error=False)
    def _run(self, files: dict[str, str], feed: Feed, cancel: threading.Event, lang: str) -> None:
        def run() -> RunDone:
            try:
                return RunDone(self.desk.run(self.exercise, files, feed, cancel, lang))
            except CaptureCancelled:
                return RunDone(None)

        done = attempt(run)
        self.post_message(RunDone(None, done) if isinstance(done, Failure) else done)

    def _drain(self) -> None:
        if self.feed is None:
            return
        events, alerts = self.feed.drain()
        self.results.add(events, alerts, self.checked.own_rules if self.checked else frozenset())
        self.query_one(ProgressLine).follow(self.feed, self.cancel.is_set())

    def on_run_done(self, message: RunDone) -> None:
        self._drain()
        seconds = time.monotonic() - self.opened
        self.feed = None
        if self._feed_timer is not None:
            self._feed_timer.stop()
        words, line = words_of(self), self.query_one(ProgressLine)
        if message.failure is not None:
            line.say(failure_text(words, message.failure))
        elif message.run is None or self.cancel.is_set():
            line.say(words("run.cancelled"))
        else:
            report = message.run.report
            self.results.finish(message.run)
            self.results.open("criteria", focus=self.pane == "results")
            verdict = ("run.passed", "bold $success") if report.passed else ("run.not_passed", "bold $error")
            done = words(
                "run.done", score=report.score, max=report.max_score, events=report.events, source=words(f"mode.{report.source}")
            )
            self.verdict = Content.assemble((words(verdict[0]), verdict[1]), "  ", done)
            line.say(self.verdict)
            try:
                self.desk.record(self.exercise, self.files[LEARNER_FILE], report, seconds, self.hints_taken)
            except StoreError as error:
                self.notify(f"{error.message}\n{error.help}", severity="error", markup=False)
        self.show_status()
        if self.leaving:
            self.app.exit(0)
        else:
            self._start_check()

    def action_cancel(self) -> None:
        if self.feed is None:
            self.notify(words_of(self)("run.idle"), timeout=2, markup=False)
            return
        self.cancel.set()
        self._drain()

    def on_hint_shown(self, message: HintShown) -> None:
        self.hints_taken = message.count

    # Leaving.

    def action_back(self) -> None:
        if self.feed is not None:
            self.notify(words_of(self)("run.busy"), markup=False)
        elif self.save():
            self.app.pop_screen()

    def leave(self) -> bool:
        """Asked before the app ends: saves, and stops a run first. Whether it may end now."""
        self.save()
        if self.feed is None:
            return True
        self.leaving = True
        self.action_cancel()
        self.notify(words_of(self)("quit.waiting"), markup=False)
        return False

    def on_unmount(self) -> None:
        self.cancel.set()
        self._write()

    def action_help(self) -> None:
        self.app.push_screen(HelpScreen("study"))
