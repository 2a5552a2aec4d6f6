"""Constants that a field is known to have. Only sets that libsinsp fixes are here: of a process's name every value is possible."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from trainer.engine.assist.fields import event_detail
from trainer.engine.assist.model import Item
from trainer.engine.assist.scope import Scope
from trainer.engine.assist.texts import say, word
from trainer.engine.evaluate.operands import Operand
from trainer.engine.fields import load_catalogue

_FD_TYPES = (
    "file",
    "directory",
    "ipv4",
    "ipv6",
    "unix",
    "pipe",
    "event",
    "signalfd",
    "eventpoll",
    "inotify",
    "timerfd",
    "netlink",
    "bpf",
    "userfaultfd",
    "io_uring",
    "memfd",
    "pidfd",
)
_CATEGORIES = (
    "file",
    "net",
    "ipc",
    "IPC",
    "memory",
    "process",
    "sleep",
    "system",
    "signal",
    "user",
    "time",
    "processing",
    "wait",
    "scheduler",
    "internal",
    "other",
    "unknown",
)
_RESULTS = (
    "SUCCESS",
    "ENOENT",
    "EACCES",
    "EPERM",
    "EEXIST",
    "EINPROGRESS",
    "ECONNREFUSED",
    "EAGAIN",
    "EINTR",
    "EINVAL",
    "ENOTDIR",
    "EISDIR",
    "ENOEXEC",
    "EBADF",
    "ETIMEDOUT",
)
_VALUES: Final[dict[str, tuple[str, ...]]] = {
    "fd.type": _FD_TYPES,
    "fd.types": _FD_TYPES,
    "fd.typechar": ("f", "d", "4", "6", "p", "u", "e", "s", "l", "i", "t", "n", "b", "r", "m", "P", "o"),
    "fd.l4proto": ("tcp", "udp", "icmp", "raw"),
    "fd.sockfamily": ("ip", "unix"),
    "evt.res": _RESULTS,
    "evt.category": _CATEGORIES,
    "evt.io_dir": ("read", "write"),
    "evt.dir": ("<", ">"),
    "container.type": ("host", "docker", "containerd", "cri-o"),
}
_DETAILS = {"fd.typechar": "typechars", "evt.source": "sources"}
_OPENS = frozenset({"open", "openat", "openat2", "open_by_handle_at", "creat"})
_OPEN_FLAGS = (
    "O_CREAT",
    "O_WRONLY",
    "O_RDWR",
    "O_RDONLY",
    "O_TRUNC",
    "O_APPEND",
    "O_EXCL",
    "O_TMPFILE",
    "O_F_CREATED",
    "O_DIRECTORY",
    "O_CLOEXEC",
    "O_NONBLOCK",
    "O_DIRECT",
    "O_SYNC",
    "O_DSYNC",
    "O_LARGEFILE",
)


@lru_cache(maxsize=4)
def _event_items(language: str) -> tuple[Item, ...]:
    """All event types, those with parameters of their own first."""
    catalogue = load_catalogue()
    names = (*sorted(catalogue.events), *sorted(catalogue.syscall_names - set(catalogue.events)))
    return tuple(Item(name, name, "event_type", event_detail(catalogue, name, language)) for name in names)


def value_items(scope: Scope, left: str, operand: Operand | None, events: list[str]) -> tuple[Item, ...]:
    """Known values of the left side of a check, in an order that suits most rules."""
    if operand is not None and operand.type == "BOOL" and not operand.is_list:
        return tuple(Item(name, name, "value") for name in ("true", "false"))
    if operand is not None and operand.transformed:
        return ()
    if left == "evt.type":
        return _event_items(scope.language)
    if left == "syscall.type":
        return tuple(item for item in _event_items(scope.language) if item.label in scope.catalogue.syscall_names)
    if left == "evt.source":
        return tuple(Item(name, name, "source", say("sources", name, scope.language)) for name in scope.sources)
    if left == "evt.arg.flags" and (not events or _OPENS & set(events)):
        return tuple(Item(name, name, "value", word("open_flag", scope.language)) for name in _OPEN_FLAGS)
    group = _DETAILS.get(left)
    return tuple(
        Item(name, name, "value", say(group, name, scope.language) if group is not None else "") for name in _VALUES.get(left, ())
    )
