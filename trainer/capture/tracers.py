"""One traced container: its tracer beside it, and the stubs that docker exec starts for its actions."""

from __future__ import annotations

import contextlib
import queue
import threading
from dataclasses import dataclass
from pathlib import Path

from trainer.capture.containers import USUAL, RunObjects, place_of
from trainer.capture.docker_engine import docker_errors
from trainer.capture.streams import Stream, start_thread
from trainer.capture.stubs import exec_stub, start_key
from trainer.content.model import Action, Container
from trainer.errors import CaptureError

_END_OF_INPUT = b"\x04"
_END_LIMIT = 5
"""Seconds for the engine to notice that a container ended."""


@dataclass(frozen=True, slots=True)
class Message:
    """From the threads to the one that runs the scenario."""

    kind: str
    """The agent's: up, ready, refused, going, dead, out, done. gone, ended: a tracer's, a stub's stream is over. broken, lost: no tracer, no engine.
    exited: the container whose start is an action came to its end; data is its exit code."""
    target: Target
    key: str = ""
    data: bytes = b""


@dataclass(frozen=True, slots=True)
class Stub:
    """What the agent says of a stopped stub: words ended by NUL, in this order."""

    tracer: int
    vpid: int
    uid: int
    gid: int
    caps: int
    cwd: str
    env: tuple[str, ...]

    @classmethod
    def parse(cls, data: bytes) -> Stub:
        tracer, vpid, uid, gid, caps, cwd, *env = data.decode("utf-8", "replace").split("\0")
        return cls(int(tracer), int(vpid), int(uid), int(gid), int(caps), cwd, tuple(filter(None, env)))


class Target:
    """A container of the scenario with its tracer. Everything it learns goes into ``messages``."""

    def __init__(
        self, objects: RunObjects, container: Container, messages: queue.SimpleQueue[Message], start: Action | None = None
    ) -> None:
        self.container = container
        self.start = start
        """The action that is the container's own start."""
        self.id = ""
        self._objects = objects
        self._messages = messages
        self._tracer = ""
        self._shell = USUAL.shell
        self._agent: Stream | None = None
        self._early = b""
        self._stubs: dict[str, Stream] = {}
        self._lines: dict[str, list[str]] = {}
        """Still to be typed."""
        self._sending = threading.Lock()

    def create(self, address: str | None) -> None:
        place = place_of(self._objects.client, self.container)
        self._shell = place.shell
        self.id = self._objects.create(self.container, address, self.start, place)

    def create_tracer(self, options: tuple[str, ...]) -> None:
        source = Path(__file__).with_name("agent.py").read_text(encoding="utf-8")
        self._tracer = self._objects.create_tracer(self.id, source, options)

    def start_tracer(self) -> None:
        """The target must run."""
        client = self._objects.client
        sock = client.attach_socket(self._tracer, params={"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1})
        agent = Stream(sock, framed=True)
        start_thread(f"tracer {self.container.name}", lambda: self._read_agent(agent))
        client.start(self._tracer)
        with self._sending:
            self._agent = agent
            if self._early:
                agent.send(self._early)

    def command(self, word: str, key: str) -> None:
        data = f"{word} {key}\n".encode()
        with self._sending:
            if self._agent is None:
                self._early += data  # the tracer is still being started
            else:
                self._agent.send(data)

    def attach(self) -> None:
        """The created container's own streams, where its start is an action."""
        if self.start is not None:
            params = {"stdin": int(self.start.tty or self.start.stdin is not None), "stdout": 1, "stderr": 1, "stream": 1}
            self._connect(start_key(self.container.name), self.start, self._objects.client.attach_socket(self.id, params=params))

    def start_stub(self, key: str, action: Action) -> None:
        """docker exec of the action, stopped before its first instruction; returns when Docker has the order."""
        self.command("expect", key)
        if action.starts:
            return  # it has been there since the container was started
        client = self._objects.client
        made = client.exec_create(
            self.id,
            [*exec_stub(key, self._shell), *action.run],
            stdout=True,
            stderr=True,
            stdin=action.tty or action.stdin is not None,
            tty=action.tty,
            user=action.user or self.container.user or "",
            workdir=action.workdir,
            environment=dict(action.env),
        )
        self._connect(key, action, client.exec_start(made["Id"], tty=action.tty, socket=True))

    def _connect(self, key: str, action: Action, sock: object) -> None:
        stream = Stream(sock, framed=not action.tty)
        self._stubs[key] = stream
        self._lines[key] = list(action.lines)
        start_thread(f"action {action.id}", lambda: self._read_stub(key, stream))
        if action.stdin is not None:
            stream.send(action.stdin.encode("utf-8", "surrogateescape"))
            stream.end()

    def type_next(self, key: str) -> None:
        """The next line at an action's terminal; after the last one what control-D does: an interactive shell ends."""
        lines = self._lines.get(key)
        with contextlib.suppress(OSError, KeyError):  # it has just ended
            self._stubs[key].send(f"{lines.pop(0)}\n".encode() if lines else _END_OF_INPUT)

    def kill(self) -> None:
        """The container with all that runs in it."""
        from docker.errors import APIError

        with contextlib.suppress(APIError):  # it has just ended
            self._objects.client.kill(self.id)

    def is_running(self) -> bool:
        from docker.errors import NotFound

        try:
            return bool(self._objects.client.inspect_container(self.id)["State"]["Running"])
        except NotFound:
            return False

    def why_ended(self) -> str:
        """What the engine knows of the end of the container."""
        from docker.errors import NotFound

        try:
            state = self._objects.client.inspect_container(self.id)["State"]
        except NotFound:
            return "it was removed"
        if state.get("OOMKilled"):
            return "it used more memory than it may"
        return "its tracer ended" if state.get("Running") else f"exit code {state.get('ExitCode')}"

    def _exit_code(self) -> int | None:
        """Of the container, whose end is near; None when the engine knows none."""
        try:
            with docker_errors(f"waiting for the container {self.container.name}"):
                return int(self._objects.client.wait(self.id, timeout=_END_LIMIT)["StatusCode"])
        except CaptureError:
            return None

    def close(self) -> None:
        for stream in (*self._stubs.values(), self._agent):
            if stream is not None:
                stream.close()

    def _read_stub(self, key: str, stream: Stream) -> None:
        said = b""

        def keep(is_stdout: bool, data: bytes) -> None:
            nonlocal said
            said = (said + data)[-2000:]

        stream.pump(keep)
        self._messages.put(Message("ended", self, key, said))

    def _read_agent(self, agent: Stream) -> None:
        pending = bytearray()
        complaints = b""
        key_of_start = start_key(self.container.name)

        def split(is_stdout: bool, data: bytes) -> None:
            nonlocal complaints
            if not is_stdout:
                complaints += data
                if self.start is not None:
                    # Lines of strace: nothing that the agent still holds outlives the container's first process.
                    lines, newline, complaints = complaints.rpartition(b"\n")
                    self._messages.put(Message("out", self, key_of_start, lines + newline))
                complaints = complaints[-2000:]
                return
            pending.extend(data)
            while (end := pending.find(b"\n")) >= 0:
                key, kind, length = pending[:end].decode().split(" ")
                stop = end + 1 + int(length)
                if len(pending) < stop:
                    return
                payload = bytes(pending[end + 1 : stop])
                del pending[:stop]
                self._messages.put(Message(kind, self, key, payload))

        agent.pump(split)
        if self.start is not None and (code := self._exit_code()) is not None:
            self._messages.put(Message("exited", self, key_of_start, str(code).encode()))
            return
        self._messages.put(Message("gone", self, "", complaints))
