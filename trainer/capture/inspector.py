"""From strace's lines to events: keeps the thread table of traced actions and fills in what Falco would show."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from trainer.capture import strace
from trainer.capture.call import Call, result_of
from trainer.capture.decode import decode
from trainer.capture.decode_kinds import Param
from trainer.capture.event_fields import event_fields, fields_of_fd
from trainer.capture.fields import Fields, process_fields
from trainer.capture.known import HOST_BASE, Known, stream
from trainer.capture.lookahead import needs_port, own_port
from trainer.capture.model import ActionStart, ContainerInfo
from trainer.capture.processes import (
    EXECS,
    FORKS,
    Attempt,
    born,
    change_ids,
    clone_params,
    execute,
    execve_params,
    exit_params,
    signal_params,
)
from trainer.capture.threads import FdInfo, Thread
from trainer.events import Event, FieldValue
from trainer.events.errnos import ERRNO_NAMES
from trainer.events.event_table import CATEGORY, MESSAGES, PARAMS, TYPES

_KILLED = 137
"""Docker's exit code of a container whose first process was killed."""
_WAIT_RECORDS = 400
"""Most records that a connect waits for its port."""
_QUIET_NS = 100_000_000
"""Who is faster, a process that ends or its child, is chance: it is shown as the parent until the child pauses for this time."""
_LINGER_NS = 2_000_000_000
"""And no longer than this."""
_IDS = frozenset("setuid setreuid setresuid setgid setregid setresgid setsid capset prctl".split())  # noqa: SIM905
_VERSIONED = _IDS | {"setpgid", "chdir", "fchdir"}


class Inspector:
    """Reads the lines of one tracer. Events are numbered from 1."""

    def __init__(self, hostname: str = "cks-node") -> None:
        self._hostname = hostname
        self._parser = strace.StraceParser()
        self._queue: deque[strace.Record] = deque()
        self._scanned = 0
        self._found: tuple[str, int] | None = None
        self._threads: dict[int, Thread] = {}
        self._forking: dict[int, strace.Started] = {}
        self._known: dict[str, Known] = {}
        self._root: Thread | None = None
        self._streams: dict[int, FdInfo] = {}
        self._lingering: list[tuple[int, Thread]] = []
        """Processes that ended a moment ago, and when."""
        self._host_pids: dict[int, int] = {}
        self._version = 0
        self._num = 0
        self._last_ns = 0
        self._first_ns = 0
        self._events: list[Event] = []

    def start(self, action: ActionStart) -> None:
        """The tracer has attached to the action's stub."""
        known = self._of(action.container)
        if action.host_pid:
            self._host_pids[action.vpid] = action.host_pid
        bounding = action.caps if action.uid == 0 else action.container.bounding
        thread = Thread(
            tid=action.vpid,
            host_tid=self._host_pid(action.vpid),
            vtid=action.vpid,
            parent=known.shim,
            container=action.container,
            action=action.action_id,
            env=tuple(f"{name}={value}" for name, value in action.env.items()),
            cwd=action.cwd,
            uid=action.uid,
            gid=action.gid,
            permitted=action.caps,
            effective=action.caps,
            bounding=bounding,
            loginuid=action.loginuid,
            tty=34816 if action.tty else 0,
            sid=action.vpid,
            vpgid=action.vpid,
            real_vpgid=action.vpid,
        )
        usual = ("/dev/pts/0",) * 3 if action.tty else ("/dev/null", "pipe:", "pipe:")
        streams = [(number, stream(target)) for number, target in enumerate(action.streams or usual)]
        self._streams = dict(reversed(streams) if action.vpid == 1 else streams)
        thread.fds = dict(self._streams)
        self._threads[action.vpid] = thread
        self._root = thread
        if action.vpid == 1:
            known.init = thread
        self._version += 1

    def feed(self, line: str) -> list[Event]:
        """Events that a line completes; a connection's wait for the line that tells its port."""
        record = self._parser.feed(line)
        if record is None:
            return []
        self._queue.append(record)
        self._drain(flush=len(self._queue) > _WAIT_RECORDS)
        return self._taken()

    def finish_action(self, action_id: str | None) -> list[Event]:
        """What was still waiting, when an action has ended."""
        self._drain(flush=True)
        for pid in [pid for pid, thread in self._threads.items() if thread.action == action_id and not thread.alive]:
            del self._threads[pid]
        return self._taken()

    def container_ended(self, code: int, time_ns: int) -> list[Event]:
        """Its first process ended, and the kernel killed the others."""
        self._drain(flush=True)
        alive = [thread for thread in self._threads.values() if thread.alive]
        for thread in sorted(alive, key=lambda thread: (thread.process.vtid != 1, thread.vtid)):
            first = thread.process.vtid == 1 and code != _KILLED
            self._process(strace.Exit(thread.tid, time_ns, code if first else 0, "" if first else "SIGKILL"))
        return self._taken()

    def _taken(self) -> list[Event]:
        events, self._events = self._events, []
        return events

    def _of(self, container: ContainerInfo) -> Known:
        known = self._known.get(container.id)
        if known is None:
            known = self._known[container.id] = Known(container)
            known.sockets.peek = lambda call: self._found
        return known

    def _host_pid(self, vpid: int) -> int:
        return self._host_pids.get(vpid, HOST_BASE + vpid)

    def _drain(self, *, flush: bool) -> None:
        while self._queue:
            head = self._queue[0]
            self._found = None
            if isinstance(head, strace.Syscall) and needs_port(head):
                self._found, waiting = own_port(head, self._queue, self._scanned)
                if self._found is None and waiting and not flush:
                    self._scanned = len(self._queue)
                    return
            self._scanned = 0
            self._queue.popleft()
            self._process(head)

    def _bury(self, thread: Thread, time_ns: int) -> None:
        """What ended long enough ago is gone, and its children get their next parent."""
        above = list(thread.ancestors())
        last = max(thread.heard_ns, thread.start_ns)
        for ended, gone in tuple(self._lingering):
            if time_ns - ended < _LINGER_NS and (gone not in above or time_ns - max(ended, last) < _QUIET_NS):
                continue
            self._lingering.remove((ended, gone))
            gone.lingers = False
            init = self._known[gone.container.id].init if gone.container is not None else None
            for other in self._threads.values():
                if other.alive and other.parent is gone and other is not gone:
                    other.parent = init
            self._version += 1

    def _process(self, record: strace.Record) -> None:
        thread = self._thread(record)
        if thread is None:
            return
        # strace shows when a call began, and when it ended only where another process was heard meanwhile.
        started = record.started_ns if isinstance(record, strace.Syscall) else record.time_ns
        if self._lingering:
            self._bury(thread, started)
        thread.heard_ns = started
        if not thread.announced:
            self._announce(thread, thread.birth[0], thread.birth[1], started)
        if isinstance(record, strace.Syscall):
            self._syscall(thread, record)
        elif isinstance(record, strace.Signal):
            if thread.shown:
                self._emit(thread, "signaldeliver", record.time_ns, signal_params(record, thread), {"evt.category": "signal"})
        elif isinstance(record, strace.Exit):
            self._exit(thread, record)
        elif record.name in FORKS:
            self._forking[record.pid] = record

    def _thread(self, record: strace.Record) -> Thread | None:
        thread = self._threads.get(record.pid)
        if thread is not None and thread.alive:
            return thread
        if isinstance(record, strace.Exit):
            return None
        started = next((item for item in self._forking.values() if item.pid in self._threads), None)
        parent = self._threads.get(started.pid) if started is not None else self._root
        if parent is None:
            return None
        event, text = (started.name, started.text) if started is not None else ("clone", "")
        child = self._born(parent, record.pid, event, text, record.time_ns)
        self._announce(child, event, text, record.time_ns)
        return child

    def _born(self, parent: Thread, pid: int, event: str, text: str, time_ns: int) -> Thread:
        init = self._known[parent.container.id].init if parent.container is not None else None
        child = born(parent, pid, self._host_pid(pid), event, text, time_ns, init)
        self._threads[pid] = child
        self._version += 1
        return child

    def _announce(self, child: Thread, event: str, text: str, time_ns: int) -> None:
        """The child's own line of a clone."""
        child.announced = True
        if child.shown:
            self._emit(child, event, time_ns, clone_params(child, event, text, 0), _result_fields(event, 0))

    def _syscall(self, thread: Thread, record: strace.Syscall) -> None:
        ret = result_of(record)
        if record.name in FORKS:
            self._fork(thread, record, ret)
            return
        if ret is None or thread.container is None:
            return
        known = self._known[thread.container.id]
        event = TYPES.get(record.name, record.name)
        call = Call(thread, event, record.text, ret, record.time_ns, known.users)
        if event in EXECS:
            self._execve(call, known)
            return
        call.ret_text = record.ret_text
        known.state.apply(call, record.ret_text)
        if event in _VERSIONED and ret >= 0:
            if event == "setpgid":
                self._setpgid(call)
            elif event in _IDS:
                change_ids(call)
            self._version += 1
        # Of several messages in one call Falco makes an event each.
        for call.message in range(max(1, ret) if event in MESSAGES else 1) if thread.shown else ():
            params = decode(call)
            fields: Fields = {"evt.category": "other"}
            if event in PARAMS:
                fields = event_fields(call, params, fields_of_fd(call))
            self._emit(thread, event, record.time_ns, params, fields)
        known.state.finish(call)

    def _setpgid(self, call: Call) -> None:
        pid, group = call.num(0), call.num(1)
        target = self._threads.get(pid) if pid else call.thread
        if target is not None:
            target.process.real_vpgid = group or target.process.vtid

    def _leader(self, thread: Thread) -> Thread:
        leader = self._threads.get(thread.process.real_vpgid)
        return leader.process if leader is not None and leader.alive else thread.process

    def _execve(self, call: Call, known: Known) -> None:
        thread = call.thread
        attempt = Attempt(call)
        if call.ret >= 0:
            process = thread.process
            process.uid, process.gid, process.bounding = thread.uid, thread.gid, thread.bounding
            if not process.shown:
                process.fds = dict(self._streams)  # whatever the stub did with them
            execute(process, attempt, known.files)
            process.shown = True
            process.fds_version += 1
            self._version += 1
            call.thread = thread = process
            call.event = "execve"
        if thread.shown:
            self._emit(
                thread,
                call.event,
                call.time_ns,
                execve_params(call, attempt, self._leader(thread)),
                _result_fields("execve", call.ret),
            )

    def _fork(self, thread: Thread, record: strace.Syscall, ret: int | None) -> None:
        self._forking.pop(record.pid, None)
        if ret is None:
            return
        child = self._threads.get(ret) if ret > 0 else None
        if thread.shown:
            # Who is faster is chance: to its parent a thread is new, even where it has been heard already.
            early = child is not None and child.alive and child.main is thread.process
            thread.process.threads -= early
            self._version += early
            params = clone_params(thread, record.name, record.text, ret, child)
            self._emit(thread, record.name, record.time_ns, params, _result_fields(record.name, ret))
            thread.process.threads += early
            self._version += early
        if ret > 0:
            if child is None or not child.alive:
                child = self._born(thread, ret, record.name, record.text, record.time_ns)
                child.announced = False
                child.birth = (record.name, record.text)
            elif child.main is None and child.parent is not thread.process and thread.container is not None:
                child.parent = thread.process
                self._version += 1

    def _exit(self, thread: Thread, record: strace.Exit) -> None:
        self._forking.pop(record.pid, None)
        process = thread.process
        if record.superseded_by:
            self._superseded(thread, record)
            return
        process.threads = max(0, process.threads - 1)
        thread.ending = True
        self._version += 1
        if thread.shown:
            if record.signal == "SIGKILL" and thread.main is None:
                self._killed(thread, record.time_ns)
            if thread.vtid == 1 and thread.container is not None:
                self._known[thread.container.id].users.forget()  # with its first process the container is gone
            self._emit(thread, "procexit", record.time_ns, exit_params(record), {"evt.category": "process"})
        thread.alive = False
        if thread.main is None:
            thread.fds = {}
            thread.lingers = True
            self._lingering.append((record.time_ns, thread))
        self._version += 1

    def _killed(self, thread: Thread, time_ns: int) -> None:
        """A tracer is not told of SIGKILL's delivery, only of the end. Whose it was nobody says: Falco neither."""
        params = signal_params(strace.Signal(thread.tid, time_ns, "SIGKILL", 9, 0), thread)
        self._emit(thread, "signaldeliver", time_ns, params, {"evt.category": "signal"})

    def _superseded(self, leader: Thread, record: strace.Exit) -> None:
        """Another thread's execve takes the leader's place and number."""
        leader.threads = max(1, leader.threads - 1)
        leader.ending = True
        self._version += 1
        if leader.shown:
            self._killed(leader, record.time_ns)
            self._emit(leader, "procexit", record.time_ns, exit_params(record), {"evt.category": "process"})
        leader.ending = False
        caller = self._threads.pop(record.superseded_by, None)
        if caller is not None:
            caller.alive = False
            leader.uid, leader.gid, leader.bounding = caller.uid, caller.gid, caller.bounding
        self._version += 1

    def _emit(self, thread: Thread, event: str, time_ns: int, params: Sequence[Param], special: Fields) -> None:
        process = thread.process
        key = (self._version, process.fds_version, thread.uid, thread.effective)
        if thread.cache_key != key:
            assert thread.container is not None
            known = self._known[thread.container.id]
            host = {pid: item for pid, item in self._threads.items() if item.alive or item.lingers}
            thread.cache = known.fields | process_fields(thread, known.users, host)
            thread.cache_key = key
        self._num += 1
        time_ns = max(time_ns, self._last_ns)
        self._first_ns = self._first_ns or time_ns
        delta = time_ns - self._last_ns if self._last_ns else 0
        self._last_ns = time_ns
        arguments: dict[str, FieldValue] = {}
        raw: dict[str, FieldValue] = {}
        shown = []
        for name, value, text, resolved in params:
            arguments[name] = resolved or text
            raw[name] = value
            shown.append(f"{name}={text}({resolved})" if resolved else f"{name}={text}")
        line = " ".join(shown)
        fields: Fields = {
            **thread.cache,
            **special,
            "evt.args": line,
            "evt.info": line,
            "evt.arg": arguments,
            "evt.rawarg": raw,
            "evt.hostname": self._hostname,
            "evt.cpu": 0,
            "evt.dir": ">" if event in ("procexit", "signaldeliver") else "<",
            "evt.reltime": time_ns - self._first_ns,
            "evt.deltatime": delta,
            "proc.fdopencount": len(process.fds),
        }
        if event not in ("procexit", "signaldeliver"):
            fields["syscall.type"] = event
        if thread.container is not None and process.start_ns:
            fields["proc.duration"] = time_ns - process.start_ns
        self._events.append(Event(self._num, time_ns, event, "syscall", fields, thread.action))


def _result_fields(event: str, ret: int) -> Fields:
    return {
        "evt.category": CATEGORY.get(event, "process"),
        "evt.rawres": ret,
        "evt.res": "SUCCESS" if ret >= 0 else ERRNO_NAMES.get(-ret, str(ret)),
        "evt.failed": ret < 0,
    }
