"""A recording without what is chance: two recordings of one scenario hardly differ after this.

Times begin at a fixed moment and go in even steps; process numbers and memory addresses are numbered as they appear. Actions that
ran at the same time stand one after the other. What a rule can ask stays as it was: each thread's order, pauses, who is whose parent.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from trainer.events.model import ActionResult, Event, FieldValue, Recording
from trainer.events.order import settled
from trainer.events.ports import ClientPorts

NORMAL_START_NS = 1_767_225_600_000_000_000
"""2026-01-01T00:00:00Z"""
_STEP_NS = 100_000
_PAUSE_NS = 100_000_000
_SECOND_NS = 1_000_000_000
_MOMENTS = frozenset({"proc.pid.ts", "proc.ppid.ts", "container.start_ts", "evt.rawtime"})
_HOST_BASE = 100_000
"""Process numbers of the node are made by the inspector: this and the number inside the container."""
_HOST_NUMBERS = frozenset(["proc.loginshellid", "proc.pid", "proc.ppid", "proc.pgid", "proc.apid", "thread.tid"])
_INNER_NUMBERS = frozenset(
    [
        "proc.vpid",
        "proc.pvpid",
        "proc.vpgid",
        "proc.sid",
        "thread.vtid",
    ]
)
_IN_TEXT = re.compile(r"\b(1\d{5})(?=\()")
_PROC_IN_TEXT = re.compile(r"(?<=/proc/)([1-9]\d*)(?![\w.-])")
_IN_NETWORK = re.compile(r"10\.77\.\d+\.")
_NETWORK = "10.77.0."
"""Which of the trainer's networks a run gets is chance: the first one that is free."""
_NETWORK_START = b"10.77."
_INNER_IN_TEXT = re.compile(r"\b(vpgid|vpid|vtid|spid|pgid)=([0-9]{1,19})\b(?!\()")
_ADDRESS_IN_TEXT = re.compile(r"\b(addr|res|start|new_addr|argument)=([0-9A-F]{9,16})\b")
_ANY_ADDRESS_IN_TEXT = re.compile(r"\b(addr|res|start|new_addr|argument)=([0-9A-F]{5,16})\b")
_MEMORY = frozenset({"brk", "mmap", "mmap2", "munmap", "mprotect", "mremap"})
_LEAST_ADDRESS = 0x10000
"""Below, the kernel maps nothing: results of these calls there are errors and zero."""
_ADDRESS_ARGS = frozenset({"addr", "res", "start", "new_addr", "argument"})
_ADDRESS_BASE = 0x7F00_0000_0000
_DATA = re.compile(r"\bdata=.*?(?= (?:fd|size)=|$)", re.DOTALL)
_DIGIT = re.compile(r"[0-9]")
_ANYTHING = re.compile(r".", re.DOTALL)
_RANDOM = frozenset({"/dev/urandom", "/dev/random"})
_WAITING = frozenset(
    "nanosleep clock_nanosleep pause select pselect6 poll ppoll epoll_wait epoll_pwait epoll_pwait2 wait4 waitid futex "  # noqa: SIM905
    "read readv recv recvfrom recvmsg recvmmsg accept accept4 connect flock rt_sigtimedwait rt_sigsuspend procexit signaldeliver".split()
)
"""Events that may end a pause: of calls that wait for time, for others, or for ever."""
_FORKS = frozenset({"clone", "clone3", "fork", "vfork"})
_RESULT = re.compile(r"^res=(\d+)\b")
_UID = re.compile(r"(1\d{5})(\d+)")
_INNER_ARGS = frozenset({"vpgid", "vpid", "vtid", "spid", "pgid"})


def normalised(recording: Recording) -> Recording:
    """Foreign recordings stay as they are."""
    if recording.header.origin != "cks-trainer" or recording.header.start_ns == NORMAL_START_NS:
        return recording
    waited = _waited(recording.events)
    recording = replace(recording, events=settled(recording.events))
    times = _EvenTimes(recording, waited)
    numbers, ports = _Numbers(recording.events), ClientPorts(recording.events)
    events: list[Event] = []
    for event, time_ns in zip(recording.events, times.events, strict=True):
        numbers.container, numbers.memory = event.fields.get("container.id"), event.type in _MEMORY
        fields = {key: ports.replaced(key, numbers.replaced(key, value)) for key, value in event.fields.items()}
        name = str(fields.get("fd.name", ""))
        if name.startswith("/proc/"):
            _without_data(fields, _DIGIT, "0")
        elif name in _RANDOM:
            _without_data(fields, _ANYTHING, ".")
        if event.type in _FORKS:
            numbers.child(fields)
        for key in _MOMENTS & fields.keys():
            fields[key] = times.moved(event.action, fields[key])
        _follow(fields, time_ns, events)
        events.append(replace(event, time_ns=time_ns, fields=fields))
    return Recording(replace(recording.header, start_ns=NORMAL_START_NS), tuple(events), tuple(times.actions))


def _waited(events: Iterable[Event]) -> frozenset[tuple[str | None, int]]:
    """Action and moment of events before which a call may have waited: its own, or (calls have the time of their start) the next one."""
    found: set[tuple[str | None, int]] = set()
    last: dict[tuple[object, object], str] = {}
    for event in events:
        thread = (event.fields.get("container.id"), event.fields.get("thread.vtid"))
        if event.type in _WAITING or last.get(thread) in _WAITING:
            found.add((event.action, event.time_ns))
        last[thread] = event.type
    return frozenset(found)


class _EvenTimes:
    """Each moment comes 0.1 ms after the one before. An action begins with a whole second.

    A pause of an action stays where a call that waits ends it, in full tenths of a second: what sleeps does so a little longer than
    it wanted. Other pauses are the machine's, and before an action's first event and after its last one only the trainer waits.
    """

    def __init__(self, recording: Recording, waited: frozenset[tuple[str | None, int]]) -> None:
        """``waited``: what `_waited` found."""
        self._waited = waited
        self.events: list[int] = []
        """New times of the recording's events."""
        self.actions: list[ActionResult] = []
        self._moved: dict[tuple[str | None, int], int] = {}
        self._now = NORMAL_START_NS
        blocks: dict[str | None, list[int]] = {}
        for event in recording.events:
            blocks.setdefault(event.action, []).append(event.time_ns)
        waiting = list(recording.actions)
        for action, moments in blocks.items():
            while waiting and waiting[0].id not in blocks:  # it could not be started
                self._block(waiting[0].id, [], waiting.pop(0))
            own = next((result for result in waiting if result.id == action), None)
            if own is not None:
                waiting.remove(own)
            self._block(action, moments, own)
        for result in waiting:
            self._block(result.id, [], result)
        done = {result.id: result for result in self.actions}
        self.actions = [done[result.id] for result in recording.actions]

    def _block(self, action: str | None, moments: Sequence[int], result: ActionResult | None) -> None:
        started = 0
        if result is not None:
            self._now += -(self._now - NORMAL_START_NS) % _SECOND_NS
            started = self._now
        before = moments[0] if moments else 0
        for moment in moments:
            pause = (moment - before) // _PAUSE_NS * _PAUSE_NS if (action, moment) in self._waited else 0
            self._now += pause or _STEP_NS
            self.events.append(self._now)
            self._moved[action, moment], before = self._now, moment
        if result is not None:
            self._now += _STEP_NS if moments else 0
            self.actions.append(replace(result, started_ns=started, ended_ns=self._now))

    def moved(self, action: str | None, value: FieldValue) -> FieldValue:
        """A moment of the run; what was before the run (a host process's start) becomes the run's start; 0 is unknown."""
        return self._moved.get((action, value), NORMAL_START_NS) if isinstance(value, int) and value > 0 else value


def _follow(fields: dict[str, FieldValue], time_ns: int, before: list[Event]) -> None:
    """The fields that are differences of times."""
    if "evt.reltime" in fields:
        fields["evt.reltime"] = time_ns - (before[0].time_ns if before else time_ns)
    if "evt.deltatime" in fields:
        fields["evt.deltatime"] = time_ns - (before[-1].time_ns if before else time_ns)
    started = fields.get("proc.pid.ts")
    if "proc.duration" in fields and isinstance(started, int) and started > 0:
        fields["proc.duration"] = max(0, time_ns - started)


class _Numbers:
    """Process numbers inside the container, and the node's that are made from them."""

    def __init__(self, events: Iterable[Event]) -> None:
        self.container: FieldValue | None = None
        """Of the event whose fields are looked at: each container counts for itself."""
        self.memory = False
        """The event is about the process's memory: small numbers, too, are addresses."""
        self._by_container: dict[FieldValue | None, dict[int, int]] = {}
        self._addresses: dict[int, int] = {}
        self._network = _NETWORK
        for event in events:
            self.container = event.fields.get("container.id")
            if found := _IN_NETWORK.match(str(event.fields.get("container.ip", ""))):
                self._network = found[0]
            for key in ("proc.vpid", "thread.vtid"):
                number = event.fields.get(key)
                if isinstance(number, int) and number > 0 and number not in self._inner:
                    self._inner[number] = len(self._inner) + 9

    @property
    def _inner(self) -> dict[int, int]:
        return self._by_container.setdefault(self.container, {1: 1})

    def replaced(self, key: str, value: FieldValue) -> FieldValue:
        return self._in_texts(self._replaced(key, value))

    def _in_texts(self, value: FieldValue) -> FieldValue:
        """``/proc/PID``, and an address in the run's network, wherever they stand."""
        if isinstance(value, str):
            if "/proc/" in value:
                value = _PROC_IN_TEXT.sub(lambda found: str(self._of_container(int(found[1]))), value)
            return value.replace(self._network, _NETWORK) if self._network in value else value
        if isinstance(value, bytes):
            if b"/proc/" not in value and _NETWORK_START not in value:
                return value
            return str(self._in_texts(value.decode("latin-1"))).encode("latin-1")
        if isinstance(value, tuple):
            return tuple([self._in_texts(item) for item in value])
        if isinstance(value, Mapping):
            return {name: self._in_texts(item) for name, item in value.items()}
        return value

    def _replaced(self, key: str, value: FieldValue) -> FieldValue:
        if key in _HOST_NUMBERS:
            return _each(value, self._host)
        if key in _INNER_NUMBERS:
            return _each(value, self._of_container)
        if key == "evt.rawres" and isinstance(value, int):
            return self._address(value)
        if key == "fd.uid" and isinstance(value, str):
            return _UID.sub(lambda found: f"{self._host(int(found[1]))}{found[2]}", value)
        if key in ("evt.args", "evt.info") and isinstance(value, str):
            return self._text(value)
        if key == "evt.rawarg" and isinstance(value, Mapping):
            return {name: self._argument(name, item) for name, item in value.items()}
        if key == "evt.arg" and isinstance(value, Mapping):
            return {name: self._text_argument(name, item) for name, item in value.items()}
        return value

    def child(self, fields: dict[str, FieldValue]) -> None:
        """The child's number, which is what a fork returns."""
        number = fields.get("evt.rawres")
        if not isinstance(number, int) or number not in self._inner:
            return
        new = fields["evt.rawres"] = self._inner[number]
        for key in ("evt.args", "evt.info"):
            if isinstance(text := fields.get(key), str):
                fields[key] = _RESULT.sub(f"res={new}", text)
        for key, result in (("evt.arg", str(new)), ("evt.rawarg", new)):
            arguments = fields.get(key)
            if isinstance(arguments, Mapping) and "res" in arguments:
                fields[key] = {**arguments, "res": result}

    def _of_container(self, number: int) -> int:
        return self._inner.get(number, number)

    def _anywhere(self, number: int) -> int:
        return self._host(number) if number > _HOST_BASE else self._of_container(number)

    def _host(self, number: int) -> int:
        inner = self._inner.get(number - _HOST_BASE)
        return number if inner is None else _HOST_BASE + inner

    def _text(self, text: str) -> str:
        text = _IN_TEXT.sub(lambda found: str(self._host(int(found[1]))), text)
        addresses = _ANY_ADDRESS_IN_TEXT if self.memory else _ADDRESS_IN_TEXT
        text = addresses.sub(lambda found: f"{found[1]}={self._address(int(found[2], 16)):X}", text)
        return _INNER_IN_TEXT.sub(lambda found: f"{found[1]}={self._of_container(int(found[2]))}", text)

    def _argument(self, name: str, value: FieldValue) -> FieldValue:
        if name in _ADDRESS_ARGS:
            return _each(value, self._address)
        return _each(value, self._anywhere if name in _INNER_ARGS else self._host)

    def _address(self, number: int) -> int:
        if number < (_LEAST_ADDRESS if self.memory else 1 << 32):
            return number
        return self._addresses.setdefault(number, _ADDRESS_BASE + len(self._addresses) * 0x1000)

    def _text_argument(self, name: str, value: FieldValue) -> FieldValue:
        if name in _ADDRESS_ARGS and isinstance(value, str):
            if re.fullmatch("[0-9A-F]{5,16}" if self.memory else "[0-9A-F]{9,16}", value):
                return f"{self._address(int(value, 16)):X}"
            return value if name == "addr" else self._text(value)
        if name in _INNER_ARGS and isinstance(value, str) and re.fullmatch("[0-9]{1,19}", value):
            return str(self._of_container(int(value)))
        return self._text(value) if isinstance(value, str) else value


def _without_data(fields: dict[str, FieldValue], chance: re.Pattern[str], instead: str) -> None:
    """What is read from /proc is full of the machine's figures of the moment, and what random devices give is nothing but chance."""

    def same(value: FieldValue) -> FieldValue:
        if isinstance(value, bytes):
            return chance.sub(instead, value.decode("latin-1")).encode("latin-1")
        return chance.sub(instead, value) if isinstance(value, str) else value

    for key in ("evt.args", "evt.info"):
        if isinstance(text := fields.get(key), str):
            fields[key] = _DATA.sub(lambda found: "data=" + str(same(found[0].removeprefix("data="))), text)
    if "evt.buffer" in fields:
        fields["evt.buffer"] = same(fields["evt.buffer"])
    for key in ("evt.arg", "evt.rawarg"):
        held = fields.get(key)
        if isinstance(held, Mapping) and "data" in held:
            fields[key] = {**held, "data": same(held["data"])}


def _each(value: FieldValue, change: Callable[[int], int]) -> FieldValue:
    if isinstance(value, int) and not isinstance(value, bool):
        return change(value)
    if isinstance(value, tuple):
        return tuple([_each(item, change) for item in value])
    return value
