"""What a finished system call changes: descriptors, files and sockets of its thread. Applied before the event's text is made."""

from __future__ import annotations

from collections.abc import Callable

from trainer.capture import strace
from trainer.capture.call import Call, single_slashes, socket_address
from trainer.capture.layers import NONE, UPPER, Files
from trainer.capture.sockets import Sockets
from trainer.capture.threads import FdInfo
from trainer.events.event_table import CREATES, DUPS, PAIRS, USES_FD

_PLAIN = {
    "eventfd": ("event", "e"),
    "eventfd2": ("event", "e"),
    "signalfd": ("signalfd", "s"),
    "signalfd4": ("signalfd", "s"),
    "timerfd_create": ("timerfd", "t"),
    "inotify_init": ("inotify", "i"),
    "inotify_init1": ("inotify", "i"),
    "epoll_create": ("eventpoll", "l"),
    "epoll_create1": ("eventpoll", "l"),
    "userfaultfd": ("userfaultfd", "u"),
    "io_uring_setup": ("io_uring", "r"),
    "bpf": ("bpf", "b"),
}
_FAMILIES = {1: ("unix", "u"), 2: ("ipv4", "4"), 10: ("ipv6", "6"), 16: ("netlink", "n")}
_F_DUPFD = (0, 1030)
_O_CLOEXEC = 0o2000000


class State:
    """Changes of one container's threads."""

    def __init__(self, files: Files, sockets: Sockets) -> None:
        self.files = files
        self.sockets = sockets

    def apply(self, call: Call, ret_text: str) -> None:
        """Sets ``call.number`` to the descriptor that the event is about, and records what changed."""
        event = call.event
        if event in CREATES:
            call.number = call.ret if call.ret >= 0 else -1
        elif event in DUPS:
            call.number = call.ret if call.ret >= 0 else call.fd(0)
        elif event == "fcntl":
            duplicate = call.ret >= 0 and call.num(1) in _F_DUPFD
            call.number = call.ret if duplicate else call.fd(0)
        else:
            index = USES_FD.get(event)
            if index is not None:
                call.number = call.fd(index)
        change = _CHANGES.get(event)
        if change is not None:
            change(self, call, ret_text)
        elif event in _PLAIN and call.ret >= 0:
            kind, char = _PLAIN[event]
            self._put(call, call.ret, FdInfo(kind, char))
        elif event in PAIRS and call.ret >= 0:
            self._pair(call)

    def finish(self, call: Call) -> None:
        """After the event was made: what it destroys."""
        if call.event == "close":
            if call.thread.fds.pop(call.fd(0), None) is not None and call.fd(0) <= 2:
                call.thread.process.fds_version += 1
        elif call.event == "close_range" and call.ret >= 0:
            first, last = call.num(0), call.num(1)
            for number in [number for number in call.thread.fds if first <= number <= last]:
                if call.num(2) & 4:
                    call.thread.fds[number] = call.thread.fds[number].with_(cloexec=True)
                else:
                    del call.thread.fds[number]
            call.thread.process.fds_version += 1

    def _put(self, call: Call, number: int, info: FdInfo) -> None:
        call.thread.fds[number] = info
        if number <= 2:
            call.thread.process.fds_version += 1

    def real(self, call: Call, index: int, dirfd: int | None = None) -> str | None:
        """The file that a path argument leads to, all links followed."""
        full = call.absolute(index, dirfd)
        return None if full is None else self.files.resolve(full)

    def entry(self, call: Call, index: int, dirfd: int | None = None) -> str | None:
        """The directory entry that a path argument names: a link at its end is not followed."""
        full = call.absolute(index, dirfd)
        if full is None or full == "/":
            return full
        folder, _, name = full.rpartition("/")
        return self.files.resolve(folder).rstrip("/") + "/" + name if folder else full

    def _open(self, call: Call, ret_text: str) -> None:
        old = call.event in ("open", "creat")
        index, dirfd = (0, None) if old else (1, call.fd(0))
        raw = call.path(index)
        if call.event == "openat2":
            wanted = strace.number(strace.member(call.arg(2), "flags") or "0")
        elif call.event == "creat":
            wanted = 0o1101
        else:
            wanted = call.num(1 if old else 2)
        if raw is None:
            return
        if call.ret < 0:
            return
        full = call.joined(raw, dirfd)
        shown = strace.fd(
            ret_text.split(" (", 1)[0] if ret_text.endswith(")") and not ret_text.endswith("(deleted)") else ret_text
        )
        real = shown.path or (self.files.resolve(full) if full is not None else "")
        folder = bool(wanted & 0o200000)
        temporary = wanted & 0o20200000 == 0o20200000
        created = bool(wanted & 0o100) and not folder and real != "" and (bool(wanted & 0o200) or not self.files.exists(real))
        if real and "(deleted)" not in ret_text:
            if created:
                self.files.create(real, call.thread.uid)
            elif wanted & 0o1000 and wanted & 3:
                self.files.touch(real)
                self.files.truncate(real)
            elif wanted & 3 and not folder:
                self.files.touch(real)
            self.files.saw(real)
        kind, char = ("directory", "d") if folder else ("file", "f")
        info = FdInfo(
            kind,
            char,
            name=full if full is not None else f"<UNKNOWN>{raw}",
            nameraw=single_slashes(raw),
            layer=(UPPER if temporary and self.files.layer(real) else self.files.layer(real)) if real else NONE,
            cloexec=bool(wanted & _O_CLOEXEC),
            inode="created" if created else "",
            real=real,
        )
        self._put(call, call.ret, info)
        call.name_changed = True

    def _pair(self, call: Call) -> None:
        array = 3 if call.event == "socketpair" else 0
        pair = [strace.fd(item) for item in strace.split_args(call.arg(array).strip("[]"))]
        if len(pair) != 2:
            return
        wanted = call.num(1) if call.event != "pipe" else 0
        for item in pair:
            if call.event == "socketpair":
                info = FdInfo("unix", "u", ends=self.sockets.pair(item.detail), cloexec=bool(wanted & _O_CLOEXEC))
            else:
                info = FdInfo("pipe", "p", cloexec=bool(wanted & _O_CLOEXEC), inode=item.detail)
            self._put(call, item.number, info)
        call.number = pair[1].number

    def _dup(self, call: Call, ret_text: str) -> None:
        if call.ret < 0:
            return
        info = call.info(call.fd(0))
        cloexec = call.event == "dup3" and bool(call.num(2) & _O_CLOEXEC)
        if info is not None:
            if call.ret != call.fd(0):
                self._put(call, call.ret, info.with_(cloexec=cloexec))
        elif call.thread.fds.pop(call.ret, None) is not None:
            call.thread.process.fds_version += 1

    def _fcntl(self, call: Call, ret_text: str) -> None:
        command = call.num(1)
        if call.ret < 0:
            return
        info = call.info(call.fd(0))
        if info is None:
            return
        if command in _F_DUPFD:
            self._put(call, call.ret, info.with_(cloexec=command == 1030))
        elif command == 2:
            call.thread.fds[call.fd(0)] = info.with_(cloexec=bool(call.num(2) & 1))

    def _socket(self, call: Call, ret_text: str) -> None:
        if call.ret < 0:
            return
        kind, char = _FAMILIES.get(call.num(0), ("", "o"))
        wanted = call.num(1)
        protocol = "raw" if call.num(2) == 255 else ""
        detail = strace.fd(ret_text).detail
        info = FdInfo(
            kind,
            char,
            cloexec=bool(wanted & _O_CLOEXEC),
            socket_type=wanted & 0xF,
            protocol=protocol,
            inode=self.sockets.inode(detail),
        )
        self._put(call, call.ret, info)

    def _memfd(self, call: Call, ret_text: str) -> None:
        if call.ret >= 0:
            name = call.path(0) or ""
            self._put(call, call.ret, FdInfo("memfd", "m", name=name, cloexec=bool(call.num(1) & 1), real=f"memfd:{name}"))
            call.name_changed = True

    def _pidfd(self, call: Call, ret_text: str) -> None:
        if call.ret >= 0:
            self._put(call, call.ret, FdInfo("pidfd", "P", name=f"/proc/{call.num(0)}", cloexec=True))
            call.name_changed = True

    def _write(self, call: Call, ret_text: str) -> None:
        info = call.info(call.fd(0))
        if info is None or info.kind != "file" or call.ret <= 0:
            return
        if info.real in self.files.headless:
            data = strace.string(call.arg(1), 256)
            if data is None and call.arg(1).startswith("[{"):
                data = strace.string(strace.member(strace.split_args(call.arg(1)[1:-1])[0], "iov_base") or "", 256)
            self.files.wrote(info.real, data or b"")
        if info.name.endswith("/comm") and info.name.startswith("/proc/"):
            data = strace.string(call.arg(1), 16) or b""
            call.thread.next_comm = data[:15].rstrip(b"\n").decode("utf-8", "surrogateescape")

    def _copy(self, call: Call, ret_text: str) -> None:
        source, target = (1, 0) if call.event == "sendfile" else (0, 2)
        first, second = call.info(call.fd(source)), call.info(call.fd(target))
        if call.ret > 0 and first is not None and second is not None:
            self.files.copied(first.real, second.real)

    def _ficlone(self, call: Call, ret_text: str) -> None:
        if call.ret == 0 and call.num(1) == 0x40049409:
            first, second = call.info(call.num(2)), call.info(call.fd(0))
            if first is not None and second is not None:
                self.files.copied(first.real, second.real)

    def _seen(self, call: Call, ret_text: str) -> None:
        at = call.event == "newfstatat"
        if call.ret == 0 and call.path(1 if at else 0):
            real = self.real(call, 1, call.fd(0)) if at else self.real(call, 0)
            if real:
                self.files.saw(real)

    def _made(self, call: Call, ret_text: str) -> None:
        at = call.event.endswith("at")
        path = self.entry(call, 1, call.fd(0)) if at else self.entry(call, 0)
        if call.ret == 0 and path:
            self.files.create(path, call.thread.uid)

    def _removed(self, call: Call, ret_text: str) -> None:
        path = self.entry(call, 1, call.fd(0)) if call.event == "unlinkat" else self.entry(call, 0)
        if call.ret == 0 and path:
            self.files.remove(path)

    def _renamed(self, call: Call, ret_text: str) -> None:
        if call.ret != 0:
            return
        at = call.event != "rename"
        old = self.entry(call, 1, call.fd(0)) if at else self.entry(call, 0)
        new = self.entry(call, 3, call.fd(2)) if at else self.entry(call, 1)
        if old and new:
            self.files.renamed(old, new)

    def _linked(self, call: Call, ret_text: str) -> None:
        if call.ret != 0:
            return
        at = call.event == "linkat"
        old = self.entry(call, 1, call.fd(0)) if at else self.entry(call, 0)
        new = self.entry(call, 3, call.fd(2)) if at else self.entry(call, 1)
        if old and new:
            self.files.linked(old, new)

    def _symlinked(self, call: Call, ret_text: str) -> None:
        if call.ret != 0:
            return
        path = self.entry(call, 2, call.fd(1)) if call.event == "symlinkat" else self.entry(call, 1)
        if path:
            self.files.symlinked(path, call.path(0) or "")

    def _changed(self, call: Call, ret_text: str) -> None:
        """chmod, chown and utimensat copy a file up."""
        if call.ret != 0:
            return
        if call.event.startswith("f") and not call.event.endswith("at"):
            info = call.info(call.fd(0))
            path, at = (info.real if info is not None else None), 1
        elif call.event.endswith("at") and call.event != "truncate":
            path, at = (self.real(call, 1, call.fd(0)), 2) if call.path(1) is not None else (None, 2)
            if path is None and (info := call.info(call.fd(0))) is not None:
                path = info.real
        else:
            path, at = self.real(call, 0), 1
        if not path:
            return
        if "chmod" in call.event:
            self.files.chmod(path, call.num(at), call.thread.uid, call.thread.gid)
            return
        self.files.touch(path)
        if "chown" in call.event:
            uid = call.num(at)
            if uid not in (-1, 0xFFFFFFFF):
                self.files.owners[path] = uid
            self.files.setuid.pop(path, None)

    def _chdir(self, call: Call, ret_text: str) -> None:
        if call.ret != 0:
            return
        if call.event == "chdir":
            path = call.absolute(0)
        else:
            info = call.info(call.fd(0))
            path = info.name if info is not None else None
        if path is not None:
            call.thread.process.cwd = path

    def _mount(self, call: Call, ret_text: str) -> None:
        path = call.absolute(1)
        if call.ret == 0 and path:
            self.files.mount(path)

    def _connect(self, call: Call, ret_text: str) -> None:
        self.sockets.connect(call, *socket_address(call.arg(1)))

    def _bind(self, call: Call, ret_text: str) -> None:
        self.sockets.bind(call, *socket_address(call.arg(1)))

    def _listen(self, call: Call, ret_text: str) -> None:
        info = call.info(call.fd(0))
        if call.ret == 0 and info is not None:
            call.thread.fds[call.fd(0)] = info.with_(backlog=call.num(1))

    def _accept(self, call: Call, ret_text: str) -> None:
        self.sockets.accept(call, ret_text)

    def _send(self, call: Call, ret_text: str) -> None:
        self.sockets.datagram(call, sending=True)

    def _receive(self, call: Call, ret_text: str) -> None:
        self.sockets.datagram(call, sending=False)


_CHANGES: dict[str, Callable[[State, Call, str], None]] = {}
for _events, _change in (
    ("open openat openat2 creat", State._open),
    ("dup dup2 dup3", State._dup),
    ("fcntl", State._fcntl),
    ("socket", State._socket),
    ("memfd_create", State._memfd),
    ("pidfd_open", State._pidfd),
    ("write pwrite writev pwritev", State._write),
    ("sendfile copy_file_range splice", State._copy),
    ("ioctl", State._ficlone),
    ("stat lstat access newfstatat", State._seen),
    ("mkdir mkdirat mknod mknodat", State._made),
    ("unlink unlinkat rmdir", State._removed),
    ("rename renameat renameat2", State._renamed),
    ("link linkat", State._linked),
    ("symlink symlinkat", State._symlinked),
    ("chmod fchmod fchmodat chown lchown fchown fchownat utimensat truncate ftruncate", State._changed),
    ("chdir fchdir", State._chdir),
    ("mount", State._mount),
    ("connect", State._connect),
    ("bind", State._bind),
    ("listen", State._listen),
    ("accept accept4", State._accept),
    ("sendto sendmsg sendmmsg", State._send),
    ("recvfrom recvmsg recvmmsg", State._receive),
):
    _CHANGES.update(dict.fromkeys(_events.split(), _change))
