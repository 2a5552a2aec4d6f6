"""The actions of a run, one after the other, each under its own strace; what the tracers say becomes events on the way.

While one action runs, Docker already starts the next ones, stopped before their first instruction, so that most of the cost of
docker exec is not waited for. One thread, the caller's, reads all messages and decides.
"""

from __future__ import annotations

import queue
import re
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import NoReturn

from trainer.capture.docker_engine import docker_errors
from trainer.capture.image import OnProgress, Progress
from trainer.capture.inspector import Inspector
from trainer.capture.model import ActionStart, ContainerInfo
from trainer.capture.stubs import start_key
from trainer.capture.tracers import Message, Stub, Target
from trainer.content.model import Action
from trainer.errors import CaptureCancelled, CaptureError, DockerUnavailable, TracingForbidden
from trainer.events import ActionResult, Event
from trainer.events.signals import signal_number

WINDOW = 3
"""Actions that are ordered from Docker at a time: the running one and those that wait, stopped."""
START_LIMIT = 20.0
"""Seconds until a stub must be there."""
KILL_LIMIT = 5.0
SETTLE_LIMIT = 2.0
"""Seconds at the end for what actions left running in the background."""
SETTLE_QUIET = 0.5
"""Seconds of silence after which it is taken to wait for ever."""
TTY_QUIET = 0.06
"""Seconds of silence after which an action at a terminal is taken to wait for input."""
_TICK = 0.05
_USERS = re.compile(r"/etc/(passwd|group)\b|\b(user|group)(add|mod|del)\b|\b(add|del)(user|group)\b")
_KILLS = re.compile(r"\b(kill|pkill|killall)\b")
_ENDED = re.compile(rb"^(\d+) +[\d.]+ \+\+\+ (?:exited with (\d+)|killed by (\w+)(?: \(core dumped\))?) \+\+\+$", re.M)
_PROC = re.compile(r"(?:^|[=(>])/proc/(\d+)\b")
_PATH_FIELDS = ("fd.name", "fs.path.name", "fs.path.target", "evt.args")


@dataclass(slots=True, eq=False)
class _Running:
    """An action from the order to Docker until its last process is gone."""

    action: Action
    target: Target
    key: str
    launched: bool = False
    stub: Stub | None = None
    """Known when the stub is traced and stopped."""
    failed: str | None = None
    early: bytes = b""
    """Lines that came before the answer."""
    answer: str | None = None
    """going or dead: what the agent found when the stub was to go on."""
    began_ns: int = 0
    started: bool = False
    over: bool = False
    """The main process ended."""
    exit_code: int | None = None
    done: bool = False
    """All its processes ended."""

    def forget_stub(self) -> None:
        self.launched = self.started = self.over = self.done = False
        self.stub = self.failed = self.answer = self.exit_code = None


class ActionLoop:
    def __init__(
        self,
        targets: Mapping[str, Target],
        infos: Mapping[str, ContainerInfo],
        messages: queue.SimpleQueue[Message],
        pool: Executor,
        on_event: Callable[[Event], None],
        on_progress: OnProgress,
        cancel: threading.Event,
    ) -> None:
        self._targets = targets
        self._infos = infos
        self._inspectors = {name: Inspector() for name in infos}
        self._messages = messages
        self._pool = pool
        self._on_event = on_event
        self._on_progress = on_progress
        self._cancel = cancel
        self._running: dict[str, _Running] = {}
        self._hidden: dict[Target, set[str]] = {target: set() for target in targets.values()}
        """Process numbers that are the tracer's: an action that looks around in /proc finds them, the learner does not."""
        self._events: list[Event] = []
        self._last_line = 0.0

    def run(self, actions: Sequence[Action]) -> tuple[tuple[Event, ...], tuple[ActionResult, ...]]:
        waiting = [
            _Running(action, self._targets[action.container], start_key(action.container) if action.starts else str(number))
            for number, action in enumerate(actions)
        ]
        results = []
        for number, running in enumerate(waiting):
            self._launch_ahead(waiting[number : number + WINDOW])
            self._on_progress(Progress(number + 1, len(actions), " ".join(running.action.run), running.action.id))
            results.append(self._act(running))
        self._settle()
        return tuple(self._events), tuple(results)

    def _launch_ahead(self, window: Sequence[_Running]) -> None:
        first = window[0]
        self._launch(first)
        for running in window[1:]:
            if _may_kill(first.action) or _may_kill(running.action):
                break  # it could hit a stub that waits
            if any(_USERS.search(word) for other in window[: window.index(running)] for word in other.action.run):
                break  # Docker looks its user and home folder up when it starts
            if running.action.tty and any(other.action.tty and not other.done for other in window if other is not running):
                break  # the second of two terminals would have another number
            self._launch(running)

    def _launch(self, running: _Running) -> None:
        if running.launched:
            return
        running.launched = True
        self._running[running.key] = running
        self._pool.submit(self._start_stub, running)

    def _start_stub(self, running: _Running) -> None:
        try:
            with docker_errors(f"starting the action {running.action.id}"):
                running.target.start_stub(running.key, running.action)
        except DockerUnavailable as error:
            self._messages.put(Message("lost", running.target, running.key, error.message.encode()))
        except CaptureError as error:
            self._messages.put(Message("ended", running.target, running.key, error.message.encode()))

    def _act(self, running: _Running) -> ActionResult:
        if not self._start(running):
            # Ahead of its turn it may have missed what an action before it made, such as its user, or was killed by one.
            # What is still to be heard of the old stub means nothing under the old key.
            del self._running[running.key]
            if running.action.starts:
                raise _ended_early(running.target, running.target.why_ended())
            running.key += "-again"
            running.forget_stub()
            self._launch(running)
            if not self._start(running):
                if not running.target.is_running():
                    raise _ended_early(running.target, running.target.why_ended())
                now = time.time_ns()
                reason = running.failed or f"nothing happened in {START_LIMIT:g} s"
                return ActionResult(running.action.id, None, now, now, f"it could not be started: {reason}")
        action, began, error = running.action, running.began_ns, None
        if not self._pump(lambda: running.over, action.timeout, running if action.tty else None):
            error = f"it was ended after its time limit of {action.timeout:g} s"
            if action.starts:
                running.target.kill()
            else:
                running.target.command("kill", running.key)
            if not self._pump(lambda: running.done, KILL_LIMIT):
                raise CaptureError(f"the action {action.id} cannot be ended", "restart Docker, then run: cks-trainer clean")
        return ActionResult(action.id, running.exit_code, began, time.time_ns(), error)

    def _start(self, running: _Running) -> bool:
        """Let the stub go on; False where it is none."""
        self._pump(lambda: running.stub is not None or running.failed is not None, START_LIMIT)
        if running.stub is None or running.over:
            return False
        running.began_ns = time.time_ns()
        running.target.command("cont", running.key)
        self._pump(lambda: running.answer is not None, START_LIMIT)
        return running.answer == "going"

    def _action_start(self, action: Action, stub: Stub) -> ActionStart:
        info = self._infos[action.container]
        return ActionStart(
            action_id=action.id,
            container=info,
            argv=action.run,
            user=action.user or self._targets[action.container].container.user,
            uid=stub.uid,
            gid=stub.gid,
            tty=action.tty,
            cwd=stub.cwd,
            env=dict([item.partition("=")[::2] for item in stub.env]),
            host_pid=0,
            vpid=stub.vpid,
            caps=stub.caps,
            streams=("pipe:",) * 3 if action.stdin is not None else (),
        )

    def _settle(self) -> None:
        """Give what runs in the background until it is quiet."""
        end = time.monotonic() + SETTLE_LIMIT
        while not self._pump(self._all_done, _TICK):
            now = time.monotonic()
            if now >= end or now - self._last_line >= SETTLE_QUIET:
                break
        for running in self._running.values():
            if running.started and not running.done:
                self._finish(running)

    def _all_done(self) -> bool:
        return all(running.done or not running.started for running in self._running.values())

    # --- messages ---

    def _pump(self, finished: Callable[[], bool], seconds: float, at_terminal: _Running | None = None) -> bool:
        """Handle messages until ``finished``; False when that did not happen within ``seconds``."""
        end = time.monotonic() + seconds
        while not finished():
            now = time.monotonic()
            if self._cancel.is_set():
                raise CaptureCancelled("the run was cancelled")
            if now >= end:
                return False
            if at_terminal is not None and now - self._last_line >= TTY_QUIET:
                at_terminal.target.type_next(at_terminal.key)
                self._last_line = now
            try:
                message = self._messages.get(timeout=min(_TICK, end - now))
            except queue.Empty:
                continue
            self._handle(message)
        return True

    def _handle(self, message: Message) -> None:
        target, running = message.target, self._running.get(message.key)
        match message.kind:
            case "out" if running is not None:
                self._lines(running, message.data)
            case "refused":
                forbidden(message.data.decode(errors="replace"))
            case "ready" if running is not None:
                running.stub = Stub.parse(message.data)
                self._hidden[target] |= {str(running.stub.vpid), str(running.stub.tracer)}
            case "going" | "dead" if running is not None and running.stub is not None:
                running.answer = message.kind
                if message.kind == "going":
                    self._inspectors[running.action.container].start(self._action_start(running.action, running.stub))
                    running.started = True
                    self._hidden[target].discard(str(running.stub.vpid))
                    self._last_line = time.monotonic()
                    if running.early:
                        self._lines(running, running.early)
            case "up":
                self._hidden[target].add(message.data.decode())
            case "done" if running is not None:
                running.over = running.done = True
                if running.stub is not None:
                    self._hidden[target].discard(str(running.stub.vpid))
                if running.started:
                    self._finish(running)
            case "exited" if running is not None:
                self._exited(running, int(message.data))
            case "ended" if running is not None and running.stub is None:
                running.failed = message.data.decode(errors="replace").strip() or "Docker gave no reason"
            case "lost":
                raise DockerUnavailable(message.data.decode(), "look at Docker's own log, then run: cks-trainer doctor")
            case "gone":
                said = message.data.decode(errors="replace").strip() or target.why_ended()
                raise _ended_early(target, said)
            case "broken":
                if target.id and not target.is_running():
                    raise _ended_early(target, target.why_ended())
                raise CaptureError(message.data.decode(), "run: cks-trainer doctor")
            case _:
                pass

    def _lines(self, running: _Running, data: bytes) -> None:
        self._last_line = time.monotonic()
        if running.action.starts and not running.started:
            running.early += data  # on another stream than the agent's answers
            return
        if running.started:
            feed = self._inspectors[running.action.container].feed
            for line in data.decode("utf-8", "replace").splitlines():
                for event in feed(line):
                    self._emit(event, running.target)
        if b" +++\n" in data and not running.over and running.stub is not None:
            for found in _ENDED.finditer(data):
                if int(found[1]) == running.stub.vpid:
                    running.over = True
                    running.exit_code = int(found[2]) if found[2] else 128 + signal_number(found[3].decode())

    def _exited(self, running: _Running, code: int) -> None:
        """The container ended with its first process, whose strace it took along: what that could not say is added."""
        if running.started:
            for event in self._inspectors[running.action.container].container_ended(code, time.time_ns()):
                self._emit(event, running.target)
        running.over = running.done = True
        running.exit_code = code
        if any(other.launched and not other.done for other in self._running.values() if other.target is running.target):
            raise _ended_early(running.target, running.target.why_ended())

    def _finish(self, running: _Running) -> None:
        for event in self._inspectors[running.action.container].finish_action(running.action.id) or ():
            self._emit(event, running.target)

    def _emit(self, event: Event, target: Target) -> None:
        if _shows(event, self._hidden[target]):
            return
        num = len(self._events) + 1
        if event.num != num:  # another container's events came between
            event = Event(num, event.time_ns, event.type, event.source, event.fields, event.action)
        self._events.append(event)
        self._on_event(event)


def _shows(event: Event, hidden: set[str]) -> bool:
    """Whether the event is a look at one of these processes in /proc."""
    for name in _PATH_FIELDS:
        value = event.fields.get(name)
        if isinstance(value, str) and "/proc/" in value and any(found in hidden for found in _PROC.findall(value)):
            return True
    return False


def forbidden(why: str) -> NoReturn:
    raise TracingForbidden(
        f"this Docker engine forbids tracing (ptrace): {why}",
        "let containers have the capability SYS_PTRACE (its seccomp profile or security policy); until then use the recordings",
    )


def _ended_early(target: Target, why: str) -> CaptureError:
    return CaptureError(
        f"the container {target.container.name} ended before the scenario did: {why}",
        "look whether something else on this machine removes containers, and try again",
    )


def _may_kill(action: Action) -> bool:
    return any(_KILLS.search(word) for word in action.run)
