"""Runs inside the tracer container, as ``python3 -ISc SOURCE``: finds stopped stubs, puts strace on them, sends its lines up.

It imports nothing of the trainer, because the container has none of it. Commands come on stdin, one a line: ``expect KEY``,
``cont KEY``, ``kill KEY``. Answers go to stdout as a line ``KEY KIND LENGTH`` and LENGTH bytes. Kinds: ``up`` (the agent
runs), ``ready`` (a stub is traced and stopped; words of `Stub`), ``refused`` (it may not be traced; why), ``going`` or ``dead`` (to
``cont``), ``out`` (lines of strace), ``done`` (the last process is gone). The lines of a container's own first process go to
stderr as they are.
"""

import fcntl
import os
import select
import sys
import time

STUB_MARK = b"cks-action:"
START = "start-"
"""Of the keys of containers' own first processes."""
# The signal and json modules are Python source here, and slow to import.
SIGKILL, SIGCONT = 9, 18
F_SETPIPE_SZ = 1031
PIPE_SIZE = 1 << 20
GATHERING = 0.004
"""Seconds in which an action's lines are gathered."""


class Agent:
    def __init__(self, options: list[str]) -> None:
        self.options = options
        self.expected: set[str] = set()
        self.vpids: dict[str, int] = {}
        self.tracers: dict[str, int] = {}
        self.pipes: dict[int, str] = {}
        self.tails: dict[str, bytes] = {}
        self.killing: set[str] = set()
        self.commands = b""

    def run(self) -> None:
        self.send("-", "up", b"%d" % os.getpid())
        while True:
            readable, _, _ = select.select([0, *self.pipes], [], [], 0.002 if self.expected or self.killing else None)
            gather = False
            for descriptor in readable:
                if descriptor:
                    gather |= self.forward(descriptor)
                elif not self.read_commands():
                    return
            if self.expected:
                self.look_for_stubs()
            if self.killing:
                self.kill_held()
            if gather:
                # Line by line an action in full run would mostly wait for us and for Docker, who share its processors.
                time.sleep(GATHERING)

    def send(self, key: str, kind: str, payload: bytes = b"") -> None:
        data = f"{key} {kind} {len(payload)}\n".encode() + payload
        while data:
            data = data[os.write(1, data) :]

    def read_commands(self) -> bool:
        data = os.read(0, 65536)
        if not data:
            return False
        *lines, self.commands = (self.commands + data).split(b"\n")
        for line in lines:
            command, key = line.decode().split(" ")
            if command == "expect":
                self.expected.add(key)
            elif command == "cont":
                vpid = self.vpids[key]
                # The answer goes up before the first line of strace can.
                going = self.state(str(vpid)) in ("T", "t") or key.startswith(START)
                self.send(key, "going" if going else "dead")
                if going:
                    self.signal(vpid, SIGCONT)
            elif command == "kill":
                self.killing.add(key)
        return True

    def look_for_stubs(self) -> None:
        for name in os.listdir("/proc"):
            if not name.isdigit():
                continue
            try:
                with open(f"/proc/{name}/cmdline", "rb") as file:
                    words = file.read().split(b"\0")
                # The shell before it is one word, or the trainer's own with its loader.
                mark = next((word for word in words[3:8] if word.startswith(STUB_MARK)), b"")
                key = mark[len(STUB_MARK) :].decode()
                # The first process of a container cannot be stopped, it waits in a loop.
                if key in self.expected and (self.state(name) == "T" or key.startswith(START)):
                    self.trace(key, int(name))
                    self.expected.discard(key)  # and only now: what could not be read this time is looked at again
            except OSError:
                continue  # it ended while we looked

    def state(self, name: str) -> str:
        try:
            with open(f"/proc/{name}/stat") as file:
                return file.read().rpartition(")")[2].split()[0]
        except OSError:
            return ""

    def trace(self, key: str, vpid: int) -> None:
        try:
            about = self.about(vpid)
        except PermissionError as error:
            self.send(key, "refused", str(error).encode())
            return
        # With a container's first process all that is in it ends, this agent too: its lines go straight to Docker.
        read, write = (-1, os.dup(2)) if key.startswith(START) else os.pipe()
        argv = ["strace", *self.options, "-o", "/proc/self/fd/3", "-p", str(vpid)]
        actions = [(os.POSIX_SPAWN_DUP2, write, 3)] if write != 3 else []
        os.set_inheritable(write, write == 3)
        tracer = os.posix_spawn("/usr/bin/strace", argv, {"PATH": "/usr/bin"}, file_actions=actions)
        os.close(write)
        self.vpids[key], self.tracers[key], self.tails[key] = vpid, tracer, b""
        if read >= 0:
            self.pipes[read] = key
            try:  # noqa: SIM105 (contextlib is slow to import here)
                fcntl.fcntl(read, F_SETPIPE_SZ, PIPE_SIZE)
            except OSError:
                pass  # a user may have only so much; strace then waits for us
        # Continued before strace holds it, the action would run unseen.
        for _ in range(20000):
            if self.held_by(vpid, tracer):
                break
            if os.waitid(os.P_PID, tracer, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None:
                if self.state(str(vpid)) in ("", "Z", "X"):
                    break  # the stub was killed
                self.send(key, "refused", b"strace cannot attach")
                return
            time.sleep(0.0005)
        else:
            self.send(key, "refused", b"strace did not attach within its time")
            return
        self.send(key, "ready", b"%d\0%s" % (tracer, about))

    def status(self, vpid: int) -> str:
        try:
            with open(f"/proc/{vpid}/status", errors="replace") as file:
                return file.read()
        except OSError:
            return ""

    def about(self, vpid: int) -> bytes:
        lines = dict(line.split(":\t", 1) for line in self.status(vpid).splitlines() if ":\t" in line)
        with open(f"/proc/{vpid}/environ", "rb") as file:
            environ = file.read()
        numbers = (vpid, lines["Uid"].split()[1], lines["Gid"].split()[1], int(lines["CapEff"], 16))
        words = [str(number).encode() for number in numbers]
        return b"\0".join([*words, os.fsencode(os.readlink(f"/proc/{vpid}/cwd")), environ])

    def forward(self, descriptor: int) -> bool:
        """Whether more is likely to come soon."""
        key = self.pipes[descriptor]
        data = os.read(descriptor, PIPE_SIZE)
        if data:
            lines, newline, tail = data.rpartition(b"\n")
            if newline:
                self.send(key, "out", self.tails[key] + lines + newline)
                self.tails[key] = tail
            else:
                self.tails[key] += tail
            return not data.endswith(b" +++\n")
        os.close(descriptor)
        del self.pipes[descriptor]
        os.waitpid(self.tracers.pop(key), 0)
        self.send(key, "done", b"")
        return False

    def kill_held(self) -> None:
        """Kill all that an action's strace holds, also what has left its session; again at each turn, until nothing is left."""
        self.killing &= self.tracers.keys()
        for key in self.killing:
            for name in os.listdir("/proc"):
                if name.isdigit() and self.held_by(int(name), self.tracers[key]):
                    self.signal(int(name), SIGKILL)

    def held_by(self, pid: int, tracer: int) -> bool:
        return f"\nTracerPid:\t{tracer}\n" in self.status(pid)

    def signal(self, pid: int, number: int) -> None:
        try:
            if pid:
                os.kill(pid, number)
        except OSError:
            pass


if __name__ == "__main__":
    Agent(sys.argv[1:]).run()
