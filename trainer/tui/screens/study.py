"""One exercise: task, editor and results, the live check while typing, and the run. Threads work; this screen only shows."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Markdown, TabbedContent

from trainer.content import Exercise
from trainer.errors import CaptureCancelled, StoreError
from trainer.session import ExerciseState
from trainer.tui.desk import LEARNER_FILE, Desk, Failure, Feed, attempt
from trainer.tui.messages import GivingUp, HintShown, RunDone
from trainer.tui.node_visit import NodeTask, Texts
from trainer.tui.screens.confirm import give_up_question, variant_question
from trainer.tui.screens.work import ALL_PANES, SAVE_DELAY, WorkScreen
from trainer.tui.sitting import OpenSitting
from trainer.tui.widgets.editor_pane import EditorPane
from trainer.tui.widgets.frame import KeyBar, KeyHint, PaneBar, ProgressLine, TitleBar, words_of
from trainer.tui.widgets.problem import failure_text
from trainer.tui.widgets.proposals import ProposalList
from trainer.tui.widgets.results import Results

FEED_PERIOD = 0.1


class StudyScreen(WorkScreen):
    PANES: ClassVar[tuple[str, ...]] = ("task", "editor", "results")
    HELP_PAGE: ClassVar[str] = "study"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f5,ctrl+r", "run", show=False, priority=True),
        Binding("f6", "cancel", show=False, priority=True),
        Binding("f7", "app.mode", show=False, priority=True),
        Binding("f4", "pane('results')", show=False, priority=True),
        Binding("ctrl+n,alt+n", "next_tab", show=False, priority=True),
        Binding("ctrl+o", "variant", show=False, priority=True),
        Binding("ctrl+f", "find", show=False, priority=True),
        Binding("escape", "back", show=False),
    ]

    def __init__(self, desk: Desk, exercise: Exercise, *, fresh: bool = False, place: tuple[int, int] | None = None) -> None:
        """``fresh``: another variant, from its starter. ``place``: which of how many exercises of a drill this is."""
        super().__init__(desk.shelved(exercise).pack.base_rules)
        self.desk = desk
        self.place = place
        self.sitting = OpenSitting.open(desk, exercise, fresh)
        self.exercise = self.sitting.exercise
        self.files = desk.texts(self.exercise)
        self.feed: Feed | None = None
        self.cancel = threading.Event()
        self.leaving = False
        self.verdict: Content | None = None
        """Of the run whose text still stands in the editor."""
        self._save_timer: Timer | None = None
        self._feed_timer: Timer | None = None

    def compose(self) -> ComposeResult:
        yield TitleBar()
        yield PaneBar(self.PANES)
        with Horizontal(id="panes"):
            with Vertical(id="left"):
                with VerticalScroll(id="task"):
                    yield Markdown("", open_links=False)
                yield EditorPane(self.files, lambda text: self.desk.check(self.exercise, text), self._edited)
            seen = self.sitting.gave_up or self.desk.state(self.exercise) is ExerciseState.PASSED
            yield Results(self.exercise, seen, self.files)
        yield ProgressLine()
        yield KeyBar()
        yield ProposalList()
        yield from self.frame()

    def on_mount(self) -> None:
        self.query_one(ProgressLine).display = False
        self.query_one(ProposalList).close()
        self.relabel()
        wide = self.app.size.width >= ALL_PANES
        self.action_pane("editor" if wide else "task")

    @property
    def busy(self) -> bool:
        """A check or a run is going on, or about to start."""
        return self.code.busy or self.feed is not None

    # Widgets.

    @property
    def results(self) -> Results:
        return self.query_one(Results)

    def relabel(self) -> None:
        words = words_of(self)
        self.query_one(Markdown).update(words.of(self.exercise.task))
        self.results.relabel()
        self.code.relabel()
        self.show_status()

    def show_status(self) -> None:
        """Title, panes and keys, after anything that they tell has changed."""
        words = words_of(self)
        given = self.exercise.is_given
        mode = words("mode.checking") if self.desk.docker is None and self.desk.live is None and not given else ""
        mode = mode or words("mode.given" if given else "mode.live" if self.desk.live_now else "mode.recorded")
        style = "bold $success" if self.desk.live_now and not given else "bold $accent"
        saved = words("status.unsaved" if self.desk.unsaved else "status.saved")
        drill = words("drill.place", number=self.place[0], count=self.place[1]) if self.place is not None else ""
        seed = words("variant.name", seed=self.sitting.seed)
        self.query_one(TitleBar).show(
            Content.assemble((drill, "bold $accent"), "  " if drill else "", (words.of(self.exercise.title), "bold")),
            Content.assemble((f"{seed}  {saved}", "$text-muted"), "  ", (f"● {mode}", style)),
        )
        self.show_panes()
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
        self.query_one(KeyBar).show(hints, [("^F", "key.find", "screen.find"), ("^O", "key.variant", "screen.variant")])

    # Panes.

    def focus_pane(self, pane: str) -> None:
        if pane == "task":
            self.set_focus(self.query_one("#task"))
        elif pane == "editor":
            self.set_focus(self.editor)
        else:
            self.results.focus_tab()

    def on_rule_editor_left(self) -> None:
        self.action_pane("task")

    def action_next_tab(self) -> None:
        if self.pane == "results":
            self.results.next_tab()
        else:
            self.action_pane("results")

    # Text.

    def _edited(self, name: str, text: str) -> None:
        self.desk.type(self.exercise.slug, name, text)
        self.sitting.touch()
        if self.verdict is not None:
            # What is shown belongs to the text before this key.
            self.query_one(ProgressLine).say(Content.assemble((words_of(self)("run.outdated") + "  ", "$warning"), self.verdict))
            self.verdict = None
        if self._save_timer is None:
            self._save_timer = self.set_timer(SAVE_DELAY, self.save)
            self.show_status()

    def save(self) -> bool:
        """Writes what was changed; the text stays in the editor when that fails."""
        self.code.take()
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

    def on_check_done(self) -> None:
        self.show_status()

    # The node shell.

    def node_task(self) -> NodeTask | None:
        if self.feed is not None:
            self.notify(words_of(self)("run.busy"), markup=False)
            return None
        self.save()
        seed, pack = self.sitting.seed, self.desk.shelved(self.exercise).pack
        name = f"{self.exercise.slug.replace('/', '-')}-{seed}"
        return NodeTask(self.exercise, pack, seed, name, dict(self.files))

    def keep_texts(self, texts: Texts) -> bool:
        for name, text in texts.items():
            self.desk.unsaved[self.exercise.slug, name] = text
        with suppress(StoreError):  # coming back saves again, and tells
            self.desk.flush()
        return not self.desk.unsaved

    # The run.

    def action_run(self) -> None:
        if self.feed is not None:
            self.notify(words_of(self)("run.busy"), markup=False)
            return
        self.save()
        self.verdict = None
        self.feed, self.cancel = Feed(), threading.Event()
        self.code.hold(True)
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
        self.results.add(events, alerts, self.code.checked.own_rules if self.code.checked else frozenset())
        self.query_one(ProgressLine).follow(self.feed, self.cancel.is_set())

    def on_run_done(self, message: RunDone) -> None:
        self._drain()
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
            done += f"  {words('variant.name', seed=report.seed)}"
            self.verdict = Content.assemble((words(verdict[0]), verdict[1]), "  ", done)
            line.say(self.verdict)
            try:
                self.sitting.record(self.files[LEARNER_FILE], report)
            except StoreError as error:
                self.notify(f"{error.message}\n{error.help}", severity="error", markup=False)
        self.show_status()
        if self.leaving:
            self.app.exit(0)
        else:
            self.code.hold(False)

    def action_cancel(self) -> None:
        if self.feed is None:
            self.notify(words_of(self)("run.idle"), timeout=2, markup=False)
            return
        self.cancel.set()
        self._drain()

    # What counts for the attempt, and other variants.

    def on_hint_shown(self, message: HintShown) -> None:
        with suppress(StoreError):  # saving the draft tells it
            self.sitting.hint(message.count)

    def on_tabbed_content_tab_activated(self, message: TabbedContent.TabActivated) -> None:
        self.sitting.touch()
        if message.pane.id == "solution" and self.results.solution.unlocked:
            self.results.solution.relabel()
            with suppress(StoreError):
                self.sitting.saw_solution()

    def on_giving_up(self, message: GivingUp) -> None:
        if self.feed is not None:
            self.notify(words_of(self)("run.busy"), markup=False)
        elif self.save():
            self.app.push_screen(give_up_question(), self._give_up)

    def _give_up(self, answer: str | None) -> None:
        if not answer:
            return
        try:
            self.sitting.give_up(self.files[LEARNER_FILE])
        except StoreError as error:
            self.notify(f"{error.message}\n{error.help}", severity="error", markup=False)
            return
        self.verdict = None
        self.query_one(ProgressLine).say(Content.styled(words_of(self)("give_up.done"), "$warning"))
        self._mark_pane("results")
        self.results.show_solution(compare=True)

    def action_variant(self) -> None:
        if self.feed is not None:
            self.notify(words_of(self)("run.busy"), markup=False)
        elif self.save():
            self.app.push_screen(variant_question(self.sitting.variants), self._draw)

    def _draw(self, answer: str | None) -> None:
        if answer:
            self.sitting.keep()
            self.app.switch_screen(StudyScreen(self.desk, self.exercise, fresh=True, place=self.place))

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
        self.sitting.keep()
