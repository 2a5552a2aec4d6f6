"""Programs and threads coming and going: execve, clone and their relatives, exit, signals; their events' parameters."""

from __future__ import annotations

from trainer.capture import strace
from trainer.capture.call import AT_FDCWD, Call, pid_name, printable, sanitise, single_slashes
from trainer.capture.decode_kinds import Param
from trainer.capture.layers import UPPER, Files, own_descriptor
from trainer.capture.threads import Thread, comm_of, cut_args, join
from trainer.events import flags
from trainer.events.errnos import ERRNO_NAMES
from trainer.events.signals import SIGNALS, signal_number

FORKS = frozenset(("clone", "clone3", "fork", "vfork"))
EXECS = frozenset(("execve", "execveat"))
_CHILD_IN_PIDNS = 1 << 29
_THREAD, _FILES = 0x10000, 0x400
_INTERPRETERS_MAX = 4
_WRITABLE, _UPPER_EXE, _MEMFD, _LOWER_EXE = 1, 2, 4, 8
_MEMORY = (("pgft_maj", "0"), ("pgft_min", "120"), ("vm_size", "2576"), ("vm_rss", "1340"), ("vm_swap", "0"))
_FDLIMIT = "1048576"
_EMPTY_PATH = 0x1000


class Attempt:
    """The arguments of an execve, read once."""

    __slots__ = ("argv", "env", "full", "path")

    def __init__(self, call: Call) -> None:
        at = call.event == "execveat"
        first = 1 if at else 0
        raw = call.path(first)
        self.path = raw or ""
        """As passed; /dev/fd/N for a bare descriptor."""
        dirfd = call.fd(0) if at else None
        if at and dirfd is not None and not self.path.startswith("/") and dirfd != AT_FDCWD:
            self.path = f"/dev/fd/{dirfd}/{self.path}" if self.path else f"/dev/fd/{dirfd}"
            self.full: str | None = self.path
            if raw:
                self.full = call.joined(raw, dirfd)
        else:
            self.full = call.joined(self.path) if raw is not None else None
        self.argv = strace.strings(call.arg(first + 1)) or []
        self.env = strace.strings(call.arg(first + 2)) or []


def execute(thread: Thread, attempt: Attempt, files: Files) -> None:
    """The new program of a process after a successful execve."""
    argv = list(attempt.argv)
    exe = argv[0] if argv else ""
    args = argv[1:]
    path = attempt.path
    full = attempt.full or join(thread.cwd, path)
    comm = comm_of(path)
    number = own_descriptor(full)
    memfd = False
    if number is not None:
        info = thread.fds.get(number)
        real = info.real if info is not None else full
        memfd = info is not None and info.kind == "memfd"
        if full.startswith("/dev/fd/"):
            comm = comm_of(real)
    elif full in ("/proc/self/exe", "/proc/thread-self/exe", f"/proc/{thread.vtid}/exe"):
        real = thread.exepath  # busybox runs its own programs so
    else:
        real = files.resolve(full)
    owner = files.setuid.get(real)
    for _ in range(_INTERPRETERS_MAX):
        line = None if memfd else files.interpreter(real)
        if line is None:
            break
        interpreter, option = line
        args = [*([option] if option else []), path, *args]
        exe, path = interpreter, interpreter
        real = files.resolve(join(thread.cwd, interpreter))
        owner = files.setuid.get(real)
    if owner is not None and not files.locked:
        thread.uid = thread.suid = owner[0] if owner[0] is not None else thread.uid
        thread.gid = thread.sgid = owner[1] if owner[1] is not None else thread.gid
    thread.exe, thread.args, thread.env = exe, cut_args(exe, args), tuple(attempt.env)
    thread.comm = thread.next_comm = comm
    thread.exepath = real
    root = thread.uid == 0
    thread.permitted = thread.effective = thread.bounding if root else 0
    thread.inheritable = 0
    layer = files.layer(real) if not memfd else 0
    thread.exe_flags = (
        (_WRITABLE if thread.effective & 2 or root or files.owners.get(real) == thread.uid else 0)
        | (_UPPER_EXE if layer == UPPER else _LOWER_EXE if layer else 0)
        | (_MEMFD if memfd else 0)
    )
    thread.fds = {key: info for key, info in thread.fds.items() if not info.cloexec}
    thread.fds_version += 1
    thread.threads = 1
    thread.vpgid = thread.real_vpgid


def _common(thread: Thread) -> tuple[Param, Param, Param]:
    process = thread.process
    parent = next(process.ancestors(), None)
    return (
        ("tid", thread.host_tid, str(thread.host_tid), sanitise(process.comm)),
        ("pid", process.host_tid, str(process.host_tid), sanitise(process.comm)),
        ("ptid", *((parent.host_tid, str(parent.host_tid), sanitise(parent.comm)) if parent is not None else (0, "0", ""))),
    )


def _plain(name: str, value: str) -> Param:
    return (name, int(value) if value.isdecimal() else value, value, "")


def _joined(items: tuple[str, ...] | list[str]) -> tuple[bytes, str]:
    raw = b"".join(item.encode("utf-8", "surrogateescape") + b"\0" for item in items)
    return raw, printable(raw) if raw else "NULL"


def execve_params(call: Call, attempt: Attempt, leader: Thread) -> tuple[Param, ...]:
    """``leader`` leads the process group."""
    process = call.thread.process
    failed = call.ret < 0
    exe = (attempt.argv[0] if attempt.argv else "") if failed else process.exe
    args = list(cut_args(exe, attempt.argv[1:])) if failed else list(process.args)
    args_raw, args_text = _joined(args)
    env_raw, env_text = _joined(attempt.env)
    user, group = call.users.user(process.uid)[0], call.users.group(process.gid)
    full = "" if attempt.path.startswith("/") or attempt.full is None else sanitise(attempt.full)
    params: tuple[Param, ...] = (
        ("res", call.ret, str(call.ret), ERRNO_NAMES.get(-call.ret, "") if failed else ""),
        ("exe", exe, sanitise(exe), ""),
        ("args", args_raw, args_text, ""),
        *_common(process),
        ("cwd", "", "<NA>", ""),
        _plain("fdlimit", _FDLIMIT),
        *(_plain(name, value) for name, value in _MEMORY),
        ("comm", process.comm, sanitise(process.comm), ""),
        ("cgroups", b"", "NULL", ""),
        ("env", env_raw, env_text, ""),
        ("tty", process.tty, str(process.tty), ""),
        ("vpgid", process.vpgid, str(process.vpgid), sanitise(leader.comm) if on_host(process) else pid_name(process.vpgid)),
        ("loginuid", process.loginuid, str(process.loginuid), "<NONE>" if process.loginuid < 0 else ""),
        ("flags", process.exe_flags, str(process.exe_flags), flags.flag_names(process.exe_flags, flags.TABLES["execve"])),
        ("cap_inheritable", process.inheritable, f"{process.inheritable:X}", ""),
        ("cap_permitted", process.permitted, f"{process.permitted:X}", ""),
        ("cap_effective", process.effective, f"{process.effective:X}", ""),
        _plain("exe_ino", "0"),
        _plain("exe_ino_ctime", "0"),
        _plain("exe_ino_mtime", "0"),
        ("uid", process.uid, str(process.uid), user),
        ("trusted_exepath", process.exepath, sanitise(process.exepath), ""),
        ("pgid", leader.host_tid, str(leader.host_tid), sanitise(leader.comm)),
        ("gid", process.gid, str(process.gid), group),
    )
    if call.event == "execveat":
        return params
    return (*params, ("filename", attempt.path, sanitise(single_slashes(attempt.path)), full))


def clone_flags(event: str, text: str) -> tuple[int, int]:
    """Linux's and Falco's flags of a call."""
    if event in ("fork", "vfork"):
        return (0x4100 if event == "vfork" else 0), _CHILD_IN_PIDNS
    start = text.find("flags=")
    value = strace.number(text[start + 6 :].split(",", 1)[0].split("}", 1)[0]) if start >= 0 else 0
    value &= ~0xFF if event == "clone" else -1
    return value, flags.CONVERSIONS["clone"](value) | _CHILD_IN_PIDNS


def on_host(thread: Thread) -> bool:
    """Whether its process numbers are the host's."""
    return thread.container is not None and thread.container.host_pid


def clone_params(thread: Thread, event: str, text: str, ret: int, child: Thread | None = None) -> tuple[Param, ...]:
    process = thread.process
    value = clone_flags(event, text)[1] & ~(_CHILD_IN_PIDNS if on_host(thread) else 0)
    failed = ret < 0
    args_raw, args_text = (b"", "NULL") if failed else _joined(process.args)
    exe = "" if failed else process.exe
    resolved = ERRNO_NAMES.get(-ret, "") if failed else ""
    if child is not None and on_host(thread):
        resolved = sanitise(child.process.comm)
    return (
        ("res", ret, str(ret), resolved),
        ("exe", exe, "<NA>" if failed else sanitise(exe), ""),
        ("args", args_raw, args_text, ""),
        *_common(thread),
        ("cwd", "", "<NA>", ""),
        _plain("fdlimit", _FDLIMIT),
        *(_plain(name, number) for name, number in _MEMORY),
        ("comm", thread.next_comm, sanitise(thread.next_comm or process.comm), ""),
        ("cgroups", b"", "NULL", ""),
        ("flags", value, str(value), flags.flag_names(value, flags.TABLES["clone"])),
        ("uid", thread.uid, str(thread.uid), ""),
        ("gid", thread.gid, str(thread.gid), ""),
        ("vtid", thread.vtid, str(thread.vtid), ""),
        ("vpid", process.vtid, str(process.vtid), ""),
        _plain("pidns_init_start_ts", "0"),
    )


def born(parent: Thread, tid: int, host_tid: int, event: str, text: str, time_ns: int, init: Thread | None) -> Thread:
    """A new thread or process with its parent's state."""
    value = clone_flags(event, text)[0]
    process = parent.process
    if value & 0x8000:  # CLONE_PARENT
        parent_of_child = process.parent
    else:
        parent_of_child = process if process.alive or process.lingers else init
    is_thread = bool(value & _THREAD)
    child = Thread(
        tid=tid,
        host_tid=host_tid,
        vtid=tid,
        parent=process.parent if is_thread else parent_of_child,
        container=parent.container,
        action=parent.action,
        comm=process.comm if is_thread else parent.next_comm or process.comm,
        next_comm=parent.next_comm or process.comm,
        exe=process.exe,
        exepath=process.exepath,
        args=process.args,
        env=process.env,
        env_shown=process.env_shown,
        cwd=process.cwd,
        uid=parent.uid,
        gid=parent.gid,
        ruid=parent.ruid,
        suid=parent.suid,
        rgid=parent.rgid,
        sgid=parent.sgid,
        permitted=parent.permitted,
        effective=parent.effective,
        inheritable=parent.inheritable,
        bounding=parent.bounding,
        loginuid=parent.loginuid,
        tty=parent.tty,
        sid=process.sid,
        vpgid=process.vpgid,
        real_vpgid=process.real_vpgid,
        exe_flags=process.exe_flags,
        start_ns=time_ns,
        shown=parent.shown,
        fds=process.fds if value & _FILES or is_thread else dict(reversed(process.fds.items())),
    )
    if is_thread:
        child.main = process
        process.threads += 1
    return child


def exit_params(record: strace.Exit) -> tuple[Param, ...]:
    number = signal_number(record.signal) if record.signal else 0
    status = number | (0x80 if record.core else 0) if record.signal else (record.code & 0xFF) << 8
    return (
        ("status", status, str(status), ""),
        ("ret", record.code, str(record.code), ""),
        ("sig", number, str(number), SIGNALS.get(number, "")),
        ("core", int(record.core), str(int(record.core)), ""),
        ("reaper_tid", 0, "0", ""),
    )


def signal_params(record: strace.Signal, thread: Thread) -> tuple[Param, ...]:
    return (
        ("spid", record.sender, str(record.sender), ""),
        ("dpid", thread.host_tid, str(thread.host_tid), sanitise(thread.process.comm)),
        ("sig", record.number, str(record.number), SIGNALS.get(record.number, "")),
    )


def change_ids(call: Call) -> bool:
    """setuid and its relatives, setsid, setpgid, capset, prctl; True when a field changed."""
    if call.ret < 0:
        return False
    thread, event = call.thread, call.event
    if event in ("setuid", "setreuid", "setresuid"):
        values = [_kept(call.num(index)) for index in range(len(call.args))]
        if event == "setuid":
            thread.uid = values[0] if values[0] is not None else thread.uid
        elif len(values) > 1 and values[1] is not None:
            thread.uid = values[1]
        return True
    if event in ("setgid", "setregid", "setresgid"):
        values = [_kept(call.num(index)) for index in range(len(call.args))]
        if event == "setgid":
            thread.gid = values[0] if values[0] is not None else thread.gid
        elif len(values) > 1 and values[1] is not None:
            thread.gid = values[1]
        return True
    if event == "setsid":
        thread.process.sid = thread.process.real_vpgid = thread.process.vtid
        thread.process.tty = 0
        return True
    if event == "capset":
        data = call.arg(1)
        thread.permitted = strace.number(strace.member(data, "permitted") or "0")
        thread.effective = strace.number(strace.member(data, "effective") or "0")
        thread.inheritable = strace.number(strace.member(data, "inheritable") or "0")
        return True
    if event == "prctl":
        option = call.num(0)
        if option == 15:
            thread.next_comm = comm_of((call.path(1) or "").replace("/", "\0")).replace("\0", "/")
        elif option == 24:
            thread.bounding &= ~(1 << call.num(1))
    return False


def _kept(value: int) -> int | None:
    return None if value in (-1, 0xFFFFFFFF) else value
