"""What is kept of one container: its users, files and sockets, and the processes that are there without being traced."""

from __future__ import annotations

from trainer.capture.fields import container_fields
from trainer.capture.layers import Files
from trainer.capture.model import ContainerInfo
from trainer.capture.sockets import Sockets
from trainer.capture.state import State
from trainer.capture.threads import FdInfo, Thread, Users

HOST_BASE = 100_000
"""A process's number on the host is made from its number in the container."""
_SHIM = "/usr/bin/containerd-shim-runc-v2"


class Known:
    def __init__(self, container: ContainerInfo) -> None:
        self.container = container
        self.users = Users(container.passwd, container.group)
        self.files = Files(container)
        self.sockets = Sockets(container)
        self.state = State(self.files, self.sockets)
        self.fields = container_fields(container)
        shim_pid = 1000 + int(container.id[:6] or "0", 16) % 8000 if _is_hex(container.id[:6]) else 1500
        systemd = _host_thread(1, "systemd", "/sbin/init", "/usr/lib/systemd/systemd", (), None)
        args = ("-namespace", "moby", "-id", container.full_id, "-address", "/run/containerd/containerd.sock")
        self.shim = _host_thread(shim_pid, "containerd-shim", _SHIM, _SHIM, args, systemd)
        self.init = _host_thread(HOST_BASE + 1, "", "", "", tuple(container.main[1:]), self.shim)
        self.init.tid = self.init.vtid = self.init.sid = self.init.vpgid = 1
        self.init.container = container
        self.init.exe = container.main[0] if container.main else ""
        self.init.comm = self.init.next_comm = self.init.exe.rsplit("/", 1)[-1][:15]
        self.init.exepath = self.files.resolve(self.init.exe if self.init.exe.startswith("/") else f"/usr/bin/{self.init.exe}")


def _is_hex(text: str) -> bool:
    return bool(text) and all(char in "0123456789abcdef" for char in text)


def _host_thread(pid: int, comm: str, exe: str, exepath: str, args: tuple[str, ...], parent: Thread | None) -> Thread:
    return Thread(
        pid, pid, pid, parent, None, None, comm=comm, next_comm=comm, exe=exe, exepath=exepath, args=args, sid=pid, vpgid=pid
    )


def stream(target: str) -> FdInfo:
    if target.startswith("/"):
        return FdInfo("file", "f", name=target, nameraw=target)
    return FdInfo("unix", "u") if target.startswith("socket:") else FdInfo("pipe", "p", inode=target)
