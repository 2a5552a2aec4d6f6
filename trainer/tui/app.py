"""The app only wires: language, theme, Docker's answer, keys that hold everywhere, and the end. Screens own the rest."""

from __future__ import annotations

import asyncio
import gc
import os
import select
import signal
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from contextvars import copy_context
from importlib import import_module
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import work
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.command import CommandPalette
from textual.events import CursorPosition, Key
from textual.screen import Screen

from trainer.errors import StoreError
from trainer.tui.desk import Desk, Failure, attempt, log_failure
from trainer.tui.messages import DockerKnown
from trainer.tui.screens.exercises import ExerciseList
from trainer.tui.text import Words, language

if TYPE_CHECKING:
    from trainer.capture import DockerStatus
    from trainer.tui.screens.study import StudyScreen
    from trainer.tui.screens.work import WorkScreen

RUN_END_SECONDS = 20.0
"""For a run to stop and its containers to be removed; what is left then, the next start removes."""
GRACE_SECONDS = 2.0
"""For the screen to be put right after a signal."""
QUIT_SECONDS = 3.0
"""Within this time a second Ctrl-C quits."""
KEYS_SECONDS = 0.05
"""After a signal to end, for the keys that the terminal still holds."""


def docker_status() -> DockerStatus:
    """What the engine answers; for a worker thread."""
    from trainer.capture import docker_status as ask  # late: nothing on the first screen needs it

    return ask()


class TrainerApp(App[int]):
    CSS_PATH = "trainer.tcss"
    TITLE = "cks-trainer"
    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (60, "-narrow"), (120, "-wide")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-low"), (16, "-high")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+l", "language", show=False, priority=True),
        Binding("ctrl+c", "interrupt", show=False, priority=True),
        Binding("ctrl+q", "quit", show=False, priority=True),
    ]

    def __init__(self, desk: Desk, lang: str | None = None, *, drill: bool = False) -> None:
        """``drill``: begin with a five-minute drill."""
        super().__init__()
        self.desk = desk
        self._home = ExerciseList(desk, drill=drill)
        self.words = Words(lang or self._kept_language() or language())
        self._interrupted = 0.0
        self.owns_process = False
        """The process is there for this app alone, and ends with it."""
        self._spared = False
        self._told_early = threading.Event()
        self.end_from_thread: Callable[[], object] = self._told_early.set
        """As ``told_to_end``, for other threads: Textual's timers know their app by the context that they are made in."""

    def _kept_language(self) -> str | None:
        try:
            return self.desk.store.setting("language")
        except StoreError:
            return None

    def on_mount(self) -> None:
        self.push_screen(self._home)
        self._end_on_signals()
        self._ask_docker()
        if self.owns_process:
            self.call_after_refresh(self._spare_collector)

    def on_check_done(self) -> None:
        if self.owns_process and not self._spared:
            self._spared = True
            self._spare_collector()

    def _spare_collector(self) -> None:
        """What lives to the end (classes, the pack, the base rules) is looked through no more: that takes a tenth of a second each time."""
        gc.freeze()
        gc.enable()

    @property
    def study(self) -> StudyScreen | None:
        """The open exercise, whatever lies over it."""
        from trainer.tui.screens.study import StudyScreen  # late, as in ExerciseList

        return next((screen for screen in reversed(self.screen_stack) if isinstance(screen, StudyScreen)), None)

    @property
    def work_screen(self) -> WorkScreen | None:
        """The open exercise or exam, whatever lies over it."""
        from trainer.tui.screens.work import WorkScreen

        return next((screen for screen in reversed(self.screen_stack) if isinstance(screen, WorkScreen)), None)

    # Docker.

    @work(thread=True, exclusive=True, group="docker", exit_on_error=False)
    def _ask_docker(self) -> None:
        import_module("trainer.tui.screens.study")  # what the learner opens next

        found = attempt(docker_status)
        self.post_message(DockerKnown(None if isinstance(found, Failure) else found))

    def on_docker_known(self, message: DockerKnown) -> None:
        self.desk.docker = message.status
        if message.status is None and self.desk.live is None:
            self.desk.live = False
        if self.study is not None:
            self.study.show_status()

    def action_mode(self) -> None:
        """Live containers or the recording, as far as this machine can."""
        docker, words = self.desk.docker, self.words
        if self.desk.live_now:
            self.desk.live = False
            text = words("mode.chosen_recorded")
        elif self.desk.can_live:
            self.desk.live = True
            text = words("mode.chosen_live")
        elif docker is not None and docker.available:
            text = words("mode.no_image")
        else:
            text = words("mode.no_docker") if docker is not None or self.desk.live is False else words("mode.checking")
            self._ask_docker()
        self.notify(text, markup=False)
        if self.study is not None:
            self.study.show_status()

    # The command palette.

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """In the learner's language. What leads to another screen is there on the first one only: nothing is left by accident."""
        from trainer.tui.screens.rules import BaseRulesScreen
        from trainer.tui.screens.study import StudyScreen
        from trainer.tui.screens.work import WorkScreen

        words = self.words
        if screen is self._home:
            yield SystemCommand(words("palette.drill"), words("palette.drill_help"), self._home.action_drill)
            yield SystemCommand(words("palette.progress"), words("palette.progress_help"), self._home.action_progress)
            yield SystemCommand(words("palette.forget"), words("palette.forget_help"), self._home.action_forget)
        if isinstance(screen, WorkScreen | BaseRulesScreen):
            yield SystemCommand(words("palette.find"), words("palette.find_help"), screen.action_find)
        if isinstance(screen, StudyScreen):
            yield SystemCommand(words("palette.give_up"), words("palette.give_up_help"), screen.results.action_give_up)
        yield SystemCommand(words("palette.export"), words("palette.export_help"), self._export)
        yield SystemCommand(words("palette.language"), words("palette.language_help"), self.action_language)
        yield SystemCommand(words("palette.theme"), words("palette.theme_help"), self.action_change_theme)
        yield SystemCommand(words("palette.quit"), words("palette.quit_help"), self._quit_after_keys)

    def action_command_palette(self) -> None:
        if not isinstance(self.screen, CommandPalette):
            self.push_screen(CommandPalette(placeholder=self.words("palette.search"), id="--command-palette"))

    def _export(self) -> None:
        from trainer.tui.screens.progress import export_here

        try:
            path, count = export_here(self.desk)
        except StoreError as error:
            self.notify(f"{error.message}\n{error.help}", severity="error", markup=False)
        else:
            self.notify(self.words("data.exported", count=count, path=path), timeout=15, markup=False)

    def on_cursor_position(self, event: CursorPosition) -> None:
        """xterm, tmux and others send Shift+F3 as what Textual reads for the cursor's place, which nobody here asks for."""
        if (event.x, event.y) == (1, 0):
            self.post_message(Key("shift+f3", None))

    # Language.

    def action_language(self) -> None:
        self.words = Words("en" if self.words.lang == "ko" else "ko")
        try:
            self.desk.store.set_setting("language", self.words.lang)
        except StoreError as error:
            self.notify(f"{error.message}\n{error.help}", severity="error", markup=False)
        for screen in self.screen_stack:
            relabel = getattr(screen, "relabel", None)
            if relabel is not None:
                relabel()

    # The end.

    def action_interrupt(self) -> None:
        """Ctrl-C: stops a run; copies a selection; pressed twice it quits."""
        study = self.study
        if study is not None and study.feed is not None:
            study.action_cancel()
            return
        from trainer.tui.widgets.editor import RuleEditor

        if isinstance(self.focused, RuleEditor) and self.focused.selected_text:
            self.focused.action_copy()
            return
        if self.work_screen is not None:
            self.work_screen.save()
        now = time.monotonic()
        if now - self._interrupted < QUIT_SECONDS:
            self._quit_after_keys()
            return
        self._interrupted = now
        self.notify(self.words("quit.again"), timeout=QUIT_SECONDS, markup=False)

    async def action_quit(self) -> None:
        self._quit_after_keys()

    def _quit_after_keys(self) -> None:
        """What was typed before must have reached its widget, or it would be lost."""
        (self.focused or self).call_later(self._quit)

    def _quit(self) -> None:
        if self.work_screen is None or self.work_screen.leave():
            self.exit(0)

    def _end_on_signals(self) -> None:
        """A polite kill or a closed terminal ends the app as Ctrl-Q does: text saved, containers gone."""
        loop, context = asyncio.get_running_loop(), copy_context()
        self.end_from_thread = lambda: loop.call_soon_threadsafe(self.told_to_end, context=context)
        if self._told_early.is_set():
            self.told_to_end()
        # Windows has no such handlers, and in a thread (a test of somebody else's) they cannot be set.
        with suppress(NotImplementedError, RuntimeError, ValueError):
            for name in (signal.SIGTERM, signal.SIGHUP):
                loop.add_signal_handler(name, self.told_to_end)
        if self.owns_process and hasattr(select, "poll"):
            threading.Thread(target=self._watch_terminal, daemon=True).start()

    def told_to_end(self) -> None:
        """Ends after the keys that are on their way; in a process of its own, even when the screen does not."""
        self.set_timer(KEYS_SECONDS, self._quit_after_keys)
        if self.owns_process:
            threading.Thread(target=self._end_anyway, daemon=True).start()

    def _watch_terminal(self) -> None:
        """Waits until the terminal is gone. A signal says so only to the first process of its session, which under make is another."""
        watched = select.poll()
        watched.register(0, 0)
        if any(event & select.POLLHUP for _, event in watched.poll()):
            self.end_from_thread()
            self._end_anyway()

    def _end_anyway(self) -> None:
        """A terminal that is gone takes no more output, and Textual waits for it for ever: all is saved, so the process ends."""
        until = time.monotonic() + RUN_END_SECONDS
        while not self._exit and time.monotonic() < until:
            time.sleep(0.1)
        time.sleep(GRACE_SECONDS)
        os._exit(0)

    def _fatal_error(self) -> None:
        """Textual would print a traceback: it goes to the log, and the learner gets a sentence."""
        error = self._exception
        path = log_failure(error) if error is not None else ""
        attempt(self.desk.flush)
        self._exit_renderables.append(Text(self.words("bug", log=path), no_wrap=True, overflow="ignore"))
        self._close_messages_no_wait()

    def panic(self, *renderables: object) -> None:
        self._fatal_error()
