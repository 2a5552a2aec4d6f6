"""Comparisons with values that a field never has."""

from __future__ import annotations

import re
from collections.abc import Iterator

from trainer.diagnostics import Code, Diagnostic, Said, Severity, say
from trainer.engine.rules.fixes import closest, replace_word
from trainer.engine.rules.lints.notes import Subject, field_name, note, values

_COMM_FIELDS = ("proc.name", "proc.pname", "proc.aname")
_COMM_SIZE = 15
_ID_SIZE = 12
_KERNEL_THREAD = re.compile(r"[a-zA-Z0-9_-]+/[0-9u]")
_EQUAL = ("=", "==", "in")
_LETTERS = ("startswith", "endswith", "contains", "icontains")
_RESULT = re.compile(r"SUCCESS|E[A-Z0-9]+|-?[0-9]{3,}")
_TYPECHARS = frozenset("f46d23pueosXlitnbrmP")
_FD_TYPES = frozenset((
    "file", "directory", "ipv4", "ipv6", "unix", "pipe", "event", "signalfd", "eventpoll", "inotify", "timerfd", "netlink", "bpf",
    "userfaultfd", "io_uring", "memfd", "pidfd", "unknown", "<NA>",
))  # fmt: skip
_RENAMED = {
    "pread64": "pread",
    "pwrite64": "pwrite",
    "prlimit64": "prlimit",
    "_llseek": "llseek",
    "sched_process_exit": "procexit",
    "signal_deliver": "signaldeliver",
    "sched_switch": "switch",
    "page_fault_user": "page_fault",
    "page_fault_kernel": "page_fault",
}
"""Names that Falco accepts as event types, and the names that its events have."""
_NO_EVENT = ("syscall", "unknown")


def never_matches(subject: Subject) -> Iterator[Diagnostic]:
    rule = subject.rule
    if rule.condition.event_types is not None and not rule.condition.event_types:
        yield note(
            Code.TRN_NEVER_MATCHES,
            Severity.WARNING,
            say("no event can match this condition"),
            subject.definition.context.span,
            say(
                "The condition asks for two different event types at once. Join event types with `or`, or use `evt.type in (a, b)`."
            ),
        )
    for check in subject.checks():
        name = field_name(check)
        for value in values(check):
            problem = _impossible(name, check.operator, value.text)
            if problem is None:
                continue
            if check.operator in _EQUAL:
                message = say("{field} is never `{value}`", field=name, value=value.text)
            else:
                message = say("{field} never matches `{operator} {value}`", field=name, operator=check.operator, value=value.text)
            text, meant = problem
            fix = replace_word(value.span, value.text, meant) if meant and value.list_name is None else None
            yield note(Code.TRN_NEVER_MATCHES, Severity.WARNING, message, value.span, text, fix, subject.trail(check))


def _impossible(name: str, operator: str, value: str) -> tuple[Said, str | None] | None:
    """Why the comparison is always false, and the value that was meant where that is plain."""
    if name in _COMM_FIELDS:
        return _process_name(operator, value)
    if operator not in _EQUAL:
        if name == "proc.exepath" and operator == "startswith" and value and not _starts_exepath(value):
            return say("proc.exepath is the whole path of the program: it begins with `/`."), None
        return None
    if name == "proc.exepath" and value and not _starts_exepath(value):
        text = say("proc.exepath is the whole path of the program, such as /usr/bin/cat. Its last part alone is proc.name.")
        return text, None
    if name == "container.id" and len(value) > _ID_SIZE:
        return say("container.id is the short form: the first {size} characters.", size=_ID_SIZE), value[:_ID_SIZE]
    if name == "fd.directory" and len(value) > 1 and value.endswith("/"):
        return say("fd.directory has no slash at its end, as in /etc."), value.rstrip("/") or "/"
    if name in ("evt.type", "syscall.type"):
        return _event_type(value)
    if name == "evt.res" and not _RESULT.fullmatch(value):
        text = say("evt.res is SUCCESS, or the name of an error such as ENOENT or EACCES. The number is evt.rawres.")
        return text, "SUCCESS" if value.lower() in ("success", "ok", "0") else value.upper() if value.upper()[:1] == "E" else None
    if name == "fd.typechar" and value not in _TYPECHARS:
        return say("fd.typechar is one letter: f file, d directory, 4 and 6 sockets, u unix socket, p pipe."), None
    if name == "fd.type" and value not in _FD_TYPES:
        text = say("fd.type is a word such as file, directory, ipv4, ipv6, unix or pipe.")
        return text, closest(value, _FD_TYPES, cutoff=0.75)
    return None


def _starts_exepath(value: str) -> bool:
    """A program that runs from memory has no path but ``memfd:name``."""
    return value.startswith(("/", "memfd:", "<NA>")) or "memfd:".startswith(value)


def _process_name(operator: str, value: str) -> tuple[Said, str | None] | None:
    pattern = operator in ("glob", "iglob")
    compared = operator in _EQUAL or operator in _LETTERS
    path = value.startswith("/") or ("/" in value and value != "N/A" and not _KERNEL_THREAD.search(value) and "[" not in value)
    if operator == "regex":
        path = value.lstrip("^").startswith("/") and "|" not in value
    elif operator == "pmatch":
        path = value.startswith("/")
    elif not (pattern or compared):
        return None
    if path:
        return say("The name of a process holds no path. Compare proc.exepath, or write the last part of the path."), None
    size = len(value.encode("utf-8", "replace"))
    if compared and size > _COMM_SIZE:
        cut = value.encode("utf-8", "replace")[:_COMM_SIZE].decode("utf-8", "ignore")
        text = say(
            "The kernel keeps {size} bytes of a process's name: write `{cut}`, or compare proc.exepath.", size=_COMM_SIZE, cut=cut
        )
        return text, cut if operator in _EQUAL else None
    return None


def _event_type(value: str) -> tuple[Said, str | None] | None:
    if value in _RENAMED:
        return say("The event that Falco reports is called `{name}`.", name=_RENAMED[value]), _RENAMED[value]
    if value in _NO_EVENT:
        return say("The word is accepted, but no event has this type. Name the system calls, as in `evt.type = openat`."), None
    return None
