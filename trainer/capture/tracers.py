"""One traced container: its tracer beside it, and the stubs that docker exec starts for its actions."""

from __future__ import annotations

import contextlib
import queue
import threading
from dataclasses import dataclass
from pathlib import Path

from trainer.capture.containers import RunObjects
from trainer.capture.streams import Stream, start_thread
from trainer.content.model import Action, Container

STUB = 'kill -STOP $$; unset PWD OLDPWD; exec "$@"'
"""dash puts PWD into the environment of what it executes; the action must not see that."""
_MARK = "cks-action:"
_END_OF_INPUT = b"\x04"


@dataclass(frozen=True, slots=True)
class Message:
    """From the threads to the one that runs the scenario."""

    kind: str
    """The agent's: up, ready, going, dead, out, done. gone, ended: a tracer's, a stub's stream is over. broken, lost: no tracer, no engine."""
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

    def __init__(self, objects: RunObjects, container: Container, messages: queue.SimpleQueue[Message]) -> None:
        self.container = container
        self.id = ""
        self._objects = objects
        self._messages = messages
        self._tracer = ""
        self._agent: Stream | None = None
        self._early = b""
        self._stubs: dict[str, Stream] = {}
        self._sending = threading.Lock()

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

    def start_stub(self, key: str, action: Action) -> None:
        """docker exec of the action, stopped before its first instruction; returns when Docker has the order."""
        self.command("expect", key)
        client = self._objects.client
        made = client.exec_create(
            self.id,
            ["/bin/sh", "-c", STUB, _MARK + key, *action.run],
            stdout=True,
            stderr=True,
            stdin=action.tty,
            tty=action.tty,
            user=action.user or self.container.user or "",
        )
        sock = client.exec_start(made["Id"], tty=action.tty, socket=True)
        stream = Stream(sock, framed=not action.tty)
        self._stubs[key] = stream
        start_thread(f"action {action.id}", lambda: self._read_stub(key, stream))

    def end_input(self, key: str) -> None:
        """What control-D does at a terminal: an interactive shell ends."""
        with contextlib.suppress(OSError, KeyError):  # it has just ended
            self._stubs[key].send(_END_OF_INPUT)

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

        def split(is_stdout: bool, data: bytes) -> None:
            nonlocal complaints
            if not is_stdout:
                complaints = (complaints + data)[-2000:]
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
        self._messages.put(Message("gone", self, "", complaints))
