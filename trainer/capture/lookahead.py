"""Finds the port that the kernel chose: strace prints a socket's own address only when the socket is used again."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from trainer.capture import strace
from trainer.capture.call import socket_address

_CHOOSING = frozenset(("connect", "bind", "sendto", "sendmsg", "sendmmsg"))
_INET = ("sa_family=0x2,", "sa_family=0xa,", "sa_family=0x2}", "sa_family=AF_INET")


def needs_port(record: strace.Syscall) -> bool:
    """Whether a call makes the kernel choose a port that is not printed with it."""
    if record.name not in _CHOOSING or (record.ret == -1 and record.errno != "EINPROGRESS"):
        return False
    if not any(mark in record.text for mark in _INET):
        return False
    if record.name == "bind" and 'port="\\x00\\x00"' not in record.text:
        return False
    detail = strace.fd(strace.split_args(record.text)[0]).detail
    # Without a decoration (no netlink in the tracer) no later line tells more.
    return ":[" in detail and not detail.startswith("socket:")


def own_port(head: strace.Syscall, queue: Sequence[strace.Record], start: int) -> tuple[tuple[str, int] | None, bool]:
    """The socket's own address, and whether a later record may still tell it."""
    first = strace.fd(strace.split_args(head.text)[0])
    if first.addresses is not None:
        return first.addresses[:2], False
    target = socket_address(strace.split_args(head.text)[1])[1] if head.name == "connect" else None
    for record in islice(queue, max(1, start), None):
        if isinstance(record, strace.Exit) and record.pid == head.pid:
            return None, False
        if not isinstance(record, (strace.Syscall, strace.Started)):
            continue
        if record.pid != head.pid and f"{first.number}<" not in record.text:
            continue
        args = strace.split_args(record.text)
        if record.name == "getsockname" and args and strace.fd(args[0]).number == first.number and len(args) > 1:
            address = socket_address(args[1])[1]
            if address is not None and address[1]:
                return address, False
        for text in _descriptors(args):
            shown = strace.fd(text)
            if shown.number == first.number and shown.addresses is not None:
                peer = shown.addresses[2:]
                # Another process may have another socket under this number.
                if peer == target or (record.pid == head.pid and not peer[0] and not first.detail.startswith("TCP")):
                    return shown.addresses[:2], False
        if record.name == "close" and record.pid == head.pid and args and strace.fd(args[0]).number == first.number:
            return None, False
    return None, True


def _descriptors(args: list[str]) -> list[str]:
    found = []
    for arg in args:
        if arg[:1].isdigit():
            found.append(arg)
        elif arg.startswith("[{fd="):
            found.extend(strace.member(part, "fd") or "" for part in strace.split_args(arg[1:-1]))
    return found
