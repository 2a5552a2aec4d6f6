"""Conditions that match less, or more, than they seem to."""

from __future__ import annotations

import re
from collections.abc import Iterator

from trainer.diagnostics import Code, Diagnostic, Edit, Fix, Severity, say
from trainer.engine.filter import checks, walk
from trainer.engine.filter.ast import BinaryCheckExpr, FieldExpr, ValueExpr
from trainer.engine.rules.chains import Trail
from trainer.engine.rules.definitions import Definitions
from trainer.engine.rules.fixes import replace_word
from trainer.engine.rules.lints.notes import RuleLint, Subject, field_name, note, values
from trainer.source import Span

_OPENS = ("open", "openat", "openat2")
_STARTS = ("execve", "execveat")
_PATH_FIELDS = ("fd.name", "fd.directory", "fs.path.name", "fs.path.source", "fs.path.target", "proc.exepath", "proc.cwd")
_IMAGE_FIELDS = ("container.image", "container.image.repository")
_HOST = re.compile(r"[^/]*[.:][^/]*/|localhost/")


def _no_container(subject: Subject) -> Iterator[Diagnostic]:
    context = subject.definition.context
    if context.file not in subject.own or subject.rule.source != "syscall":
        return
    fields = (node for check in checks(subject.rule.condition.expr) for node in walk(check.left) if isinstance(node, FieldExpr))
    if not any(field.name.startswith(("container.", "k8s.")) for field in fields):
        yield note(
            Code.TRN_NO_CONTAINER,
            Severity.INFO,
            say("the rule is not limited to containers"),
            context.span,
            say(
                "It also fires for programs of the node itself. If the task is about containers, add `and container`, or compare "
                "container.name, container.image.repository or k8s.ns.name."
            ),
        )


def _one_way(code: Code, names: tuple[str, ...], message: str) -> RuleLint:
    def check(subject: Subject) -> Iterator[Diagnostic]:
        types = subject.types(most=20)
        if not types & set(names) or set(names) <= types:
            return
        for found in subject.checks():
            if field_name(found) not in ("evt.type", "syscall.type") or found.operator not in ("=", "==", "in"):
                continue
            present = {value.text for value in values(found)}
            if not present & set(names):
                continue
            fix = None
            if present <= set(names) and re.fullmatch(r"(evt|syscall)\.type\b[^\n]*", found.span.text):
                wanted = f"{field_name(found)} in ({', '.join(names)})"
                fix = Fix(say("Use `{condition}`", condition=wanted), (Edit(found.span, wanted),))
            yield note(
                code,
                Severity.INFO if code is Code.TRN_ONLY_EXECVE else Severity.WARNING,
                say(message, missing=", ".join(name for name in names if name not in types)),
                found.span,
                say("A program chooses which of {names} it uses, and the rule does not see the others.", names=", ".join(names)),
                fix,
                subject.trail(found),
            )
            return

    return check


def _prefix(subject: Subject) -> Iterator[Diagnostic]:
    for check in subject.checks():
        name = field_name(check)
        if check.operator != "startswith" or name not in (*_PATH_FIELDS, *_IMAGE_FIELDS):
            continue
        for value in values(check):
            text = value.text
            last = text.rsplit("/", 1)[-1]
            # A part of a name is meant where it ends in a sign that no name ends in, and below /dev, where devices are numbered.
            if text.endswith(("/", "_", "-")) or not last or text.startswith("/dev/") or value.list_name is not None:
                continue
            if name in _IMAGE_FIELDS and "/" in text and ":" not in last:
                yield _image_prefix(subject, check, value)
            elif name in _PATH_FIELDS and text.startswith("/") and "." not in last:
                yield note(
                    Code.TRN_PREFIX_TRAP,
                    Severity.WARNING,
                    say("`{path}` is compared as letters: `{path}foo` and `{path}-old/x` match too", path=text),
                    value.span,
                    say(
                        "Write `{path}/` for what is inside the directory, or use `pmatch ({path})`, which compares whole parts of a "
                        "path.",
                        path=text,
                    ),
                    replace_word(value.span, text, f"{text}/"),
                    subject.trail(check),
                )


def _image_prefix(subject: Subject, check: BinaryCheckExpr, value: ValueExpr) -> Diagnostic:
    return note(
        Code.TRN_PREFIX_TRAP,
        Severity.WARNING,
        say("`{image}` is compared as letters: an image `{image}-evil` matches too", image=value.text),
        value.span,
        say("Compare the whole name with `container.image.repository = {image}`, or end the prefix with `/`.", image=value.text),
        None,
        subject.trail(check),
    )


def _image_name(subject: Subject) -> Iterator[Diagnostic]:
    compared = [check for check in subject.checks() if field_name(check) == "container.image.repository"]
    texts = {value.text for check in compared for value in values(check)}
    for check in compared:
        exact = check.operator in ("=", "==", "!=", "in")
        if not exact and check.operator != "startswith":
            continue
        for value in values(check):
            text = value.text
            # A rule that also has the full name means both ways of writing it.
            full = any(other.endswith(f"/{text}") for other in texts)
            if (
                not text.strip("/")
                or full
                or _HOST.match(text)
                or (not exact and re.fullmatch(r"[a-z0-9-]+[.:][a-z0-9.:]*", text))
            ):
                continue
            wanted = f"docker.io/{text}" if "/" in text else f"docker.io/library/{text}"
            yield note(
                Code.TRN_IMAGE_NO_REGISTRY,
                Severity.INFO,
                say("`{image}` is an image's name without its registry", image=text),
                value.span,
                say(
                    "On a Kubernetes node container.image.repository holds registry and path, such as `{wanted}`. Look at the value in "
                    "an alert first; to leave the registry open, use `endswith /name` or `contains /name`.",
                    wanted=wanted,
                ),
                replace_word(value.span, text, wanted) if exact and value.list_name is None else None,
                subject.trail(check),
            )


def _evt_dir(subject: Subject) -> Iterator[Diagnostic]:
    for check in subject.checks():
        if field_name(check) != "evt.dir":
            continue
        entering = any(value.text == ">" for value in values(check)) == (check.operator in ("=", "=="))
        yield note(
            Code.TRN_EVT_DIR,
            Severity.WARNING if entering else Severity.INFO,
            say("evt.dir = > is never true any more") if entering else say("evt.dir = < is always true now"),
            check.span,
            say("Falco no longer reports when a system call begins, only when it returned. Leave evt.dir out."),
            None if entering else _without(check.span),
            subject.trail(check),
        )


def _without(span: Span) -> Fix | None:
    """Takes a check out together with the ``and`` beside it."""
    file, text = span.file, span.file.text
    if re.search(r"\bnot\s*$", text[: span.start]):
        return None
    title = say("Take it out")
    if before := re.search(r"\s+and\s+$", text[: span.start]):
        return Fix(title, (Edit(Span(file, before.start(), span.end), ""),))
    if after := re.match(r"\s+and\s+", text[span.end :]):
        return Fix(title, (Edit(Span(file, span.start, span.end + after.end()), ""),))
    return None


def _fd_net(subject: Subject) -> Iterator[Diagnostic]:
    for check in subject.checks():
        if field_name(check) == "fd.net" and check.operator == "in" and len(values(check)) > 1:
            yield note(
                Code.TRN_FD_NET_FIRST_ONLY,
                Severity.WARNING,
                say("only the first network of the list is compared"),
                check.span,
                say(
                    "fd.net in (...) looks at its first item only. Use fd.snet (the server's end) or fd.cnet (the client's), or one "
                    "check a network joined with `or`."
                ),
                beside=subject.trail(check),
            )


CONDITION_LINTS: tuple[RuleLint, ...] = (
    _no_container,
    _one_way(Code.TRN_ONLY_OPEN, _OPENS, "Opened files are also possible through {missing}"),
    _one_way(Code.TRN_ONLY_EXECVE, _STARTS, "New programs are also possible through {missing}"),
    _prefix,
    _image_name,
    _evt_dir,
    _fd_net,
)


def macro_as_event_type(diagnostic: Diagnostic, known: Definitions) -> Diagnostic | None:
    """Beside the load error on ``evt.type = macro``: what to write instead."""
    match = re.fullmatch(r"unknown event type (.+)", diagnostic.message)
    span = diagnostic.span
    if match is None or span is None or match.group(1) not in known.macros:
        return None
    name = match.group(1)
    before = re.search(r"evt\.type\s*(?:=|==)\s*['\"]?$", span.file.text[: span.start])
    fix = None
    if before is not None and span.text.strip("'\"") == name:
        fix = Fix(say("Write `{macro}` alone", macro=name), (Edit(Span(span.file, before.start(), span.end), name),))
    words = say("A macro is a condition of its own: write `{macro}` without `evt.type =`.", macro=name)
    return note(
        Code.TRN_MACRO_AS_EVTTYPE,
        Severity.INFO,
        say("`{macro}` is a macro, not an event type", macro=name),
        span,
        words,
        fix,
        Trail(diagnostic.annotations[1:], diagnostic.notes),
    )
