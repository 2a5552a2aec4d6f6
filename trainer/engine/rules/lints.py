"""What Falco accepts and a learner should still know about: looked at in the last file only, after a load without surprises."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from trainer.diagnostics import Annotation, Code, Diagnostic, Edit, Fix, Severity
from trainer.engine.filter import checks, walk
from trainer.engine.filter.ast import BinaryCheckExpr, FieldExpr, ListExpr, ValueExpr
from trainer.engine.rules.definitions import Definitions, RuleDef
from trainer.engine.rules.fixes import closest, replace_word
from trainer.engine.rules.ruleset import CompiledRule, Ruleset
from trainer.source import SourceFile, Span, YamlMapping, YamlScalar, YamlSequence, compose

_OPENS = ("open", "openat", "openat2")
_STARTS = ("execve", "execveat")
_COMM_FIELDS = ("proc.name", "proc.pname", "proc.aname")
_PATH_FIELDS = ("fd.name", "fd.directory", "fs.path.name", "fs.path.source", "fs.path.target", "proc.exepath", "proc.cwd")
_COMM_SIZE = 15
_ID_SIZE = 12


def lint(files: Sequence[SourceFile], before: Definitions, known: Definitions, ruleset: Ruleset) -> list[Diagnostic]:
    """Notes on the last of ``files``; ``before`` is what the files before it defined."""
    file = files[-1]
    found = list(_items(file, before))
    for rule in ruleset.rules:
        definition = known.rules.get(rule.name)
        if definition is None or definition is before.rules.get(rule.name):
            continue
        for check in _RULE_LINTS:
            found.extend(check(rule, definition, file))
    unique: dict[tuple[object, ...], Diagnostic] = {}
    for diagnostic in found:
        span = diagnostic.span
        if span is not None and span.file == file:
            unique.setdefault((diagnostic.code, span.start, span.end), diagnostic)
    return sorted(unique.values(), key=lambda diagnostic: diagnostic.span.start if diagnostic.span else 0)


def _note(code: Code, severity: Severity, message: str, span: Span, help: str, fix: Fix | None = None) -> Diagnostic:
    return Diagnostic(code, severity, message, annotations=(Annotation(span),), help=help, fix=fix)


# Items as written.


def _items(file: SourceFile, before: Definitions) -> Iterator[Diagnostic]:
    for document in compose(file).documents:
        if not isinstance(document, YamlSequence):
            continue
        for item in document.items:
            if isinstance(item, YamlMapping):
                yield from _append_key(item)
                yield from _rule_name(item, before)


def _append_key(item: YamlMapping) -> Iterator[Diagnostic]:
    key, value = item.key("append"), item.get("append")
    if not isinstance(value, YamlScalar) or key is None or value.value.lower() not in ("true", "yes", "y", "on"):
        return
    keys = [name for name in ("items", "condition", "exceptions") if item.get(name) is not None]
    fix = None
    if keys and item.get("override") is None and not item.flow:
        indent = " " * (key.span.position.column - 1)
        lines = "".join(f"\n{indent}  {name}: append" for name in keys)
        fix = Fix("Use `override`", (Edit(Span(key.span.file, key.span.start, value.span.end), f"override:{lines}"),))
    yield _note(
        Code.TRN_APPEND_KEY,
        Severity.INFO,
        "`append: true` is the old way to extend an item",
        key.span,
        "Current Falco wants an `override` map that names each key with `append` or `replace`. With `append: true` a rule takes over "
        "condition and exceptions only; all other keys are ignored without a word.",
        fix,
    )


def _rule_name(item: YamlMapping, before: Definitions) -> Iterator[Diagnostic]:
    node = item.get("rule")
    if not isinstance(node, YamlScalar) or not node.value or item.get("append") is not None or item.get("override") is not None:
        return
    if node.value in before.rules:
        if all(item.get(key) is not None for key in ("condition", "output", "desc", "priority")):
            yield _note(
                Code.TRN_REDEFINES,
                Severity.INFO,
                f"this replaces the whole rule `{node.value}`",
                node.span,
                "The rule of the earlier file is gone, with its exceptions and tags, but keeps its place in the order. To change single "
                "keys, write only those and name them under `override`.",
            )
        return
    meant = closest(node.value, before.rules, cutoff=0.87)
    if meant is not None:
        yield _note(
            Code.TRN_RULE_NAME_TYPO,
            Severity.WARNING,
            f"`{node.value}` is a new rule; an earlier one is called `{meant}`",
            node.span,
            "Rule names are compared letter by letter. To change the earlier rule, its name must be the same.",
            replace_word(node.span, node.value, meant),
        )


# Rules that compiled.


def _checks(rule: CompiledRule) -> Iterator[BinaryCheckExpr]:
    return (check for check in checks(rule.condition.expr) if isinstance(check, BinaryCheckExpr))


def _values(check: BinaryCheckExpr) -> tuple[ValueExpr, ...]:
    if isinstance(check.right, ValueExpr):
        return (check.right,)
    return check.right.items if isinstance(check.right, ListExpr) else ()


def _field_name(check: BinaryCheckExpr) -> str:
    return check.left.name if isinstance(check.left, FieldExpr) else ""


def _no_container(rule: CompiledRule, definition: RuleDef, file: SourceFile) -> Iterator[Diagnostic]:
    if definition.context.file != file or rule.source != "syscall":
        return
    fields = (node for check in checks(rule.condition.expr) for node in walk(check.left) if isinstance(node, FieldExpr))
    if not any(field.name.startswith(("container.", "k8s.")) for field in fields):
        yield _note(
            Code.TRN_NO_CONTAINER,
            Severity.INFO,
            "the rule is not limited to containers",
            definition.context.span,
            "It also fires for programs of the node itself. If the task is about containers, add `and container`, or compare "
            "container.name, container.image.repository or k8s.ns.name.",
        )


def _one_way(
    code: Code, names: tuple[str, ...], what: str
) -> Callable[[CompiledRule, RuleDef, SourceFile], Iterator[Diagnostic]]:
    def check(rule: CompiledRule, definition: RuleDef, file: SourceFile) -> Iterator[Diagnostic]:
        types = rule.condition.event_types
        if types is None or len(types) > 20 or not types & set(names) or set(names) <= types:
            return
        for found in _checks(rule):
            if _field_name(found) not in ("evt.type", "syscall.type") or found.operator not in ("=", "==", "in"):
                continue
            present = {value.text for value in _values(found)}
            if not present & set(names):
                continue
            fix = None
            if found.origin is None and present <= set(names) and re.fullmatch(r"(evt|syscall)\.type\b[^\n]*", found.span.text):
                wanted = f"{_field_name(found)} in ({', '.join(names)})"
                fix = Fix(f"Use `{wanted}`", (Edit(found.span, wanted),))
            missing = ", ".join(name for name in names if name not in types)
            yield _note(
                code,
                Severity.INFO if code is Code.TRN_ONLY_EXECVE else Severity.WARNING,
                f"{what} are also possible through {missing}",
                found.span,
                f"A program chooses which of {', '.join(names)} it uses, and the rule does not see the others.",
                fix,
            )
            return

    return check


def _prefix(rule: CompiledRule, definition: RuleDef, file: SourceFile) -> Iterator[Diagnostic]:
    for check in _checks(rule):
        if check.operator != "startswith" or _field_name(check) not in _PATH_FIELDS:
            continue
        for value in _values(check):
            path = value.text
            last = path.rsplit("/", 1)[-1]
            if not path.startswith("/") or path.endswith("/") or not last or "." in last or value.list_name is not None:
                continue
            yield _note(
                Code.TRN_PREFIX_TRAP,
                Severity.WARNING,
                f"`{path}` is compared as letters: `{path}foo` and `{path}-old/x` match too",
                value.span,
                f"Write `{path}/` for what is inside the directory, or use `pmatch ({path})`, which compares whole parts of a path.",
                replace_word(value.span, path, f"{path}/"),
            )


def _client_side(rule: CompiledRule, definition: RuleDef, file: SourceFile) -> Iterator[Diagnostic]:
    types = rule.condition.event_types
    if types is None or "connect" not in types or len(types) > 8:
        return
    text = definition.output.text
    for match in re.finditer(r"%(fd\.c(ip|port))\b", text):
        other = f"%fd.s{match.group(2)}"
        span = definition.output.span(match.start(), match.end())
        if other in text:
            continue
        yield _note(
            Code.TRN_FIELD_CLIENT_SIDE,
            Severity.WARNING,
            f"{match.group(1)} is the connecting program's own end",
            span,
            f"On connect the container is the client (fd.cip, fd.cport). Where it connects to is {other[1:]}.",
            replace_word(span, match.group(), other),
        )


def _evt_dir(rule: CompiledRule, definition: RuleDef, file: SourceFile) -> Iterator[Diagnostic]:
    for check in _checks(rule):
        if _field_name(check) != "evt.dir":
            continue
        span, text = check.span, file.text
        fix = None
        if span.file == file and check.origin is None:
            if before := re.search(r"\s+and\s+$", text[: span.start]):
                fix = Fix("Take it out", (Edit(Span(file, before.start(), span.end), ""),))
            elif after := re.match(r"\s+and\s+", text[span.end :]):
                fix = Fix("Take it out", (Edit(Span(file, span.start, span.end + after.end()), ""),))
        entering = any(value.text == ">" for value in _values(check)) == (check.operator in ("=", "=="))
        yield _note(
            Code.TRN_EVT_DIR,
            Severity.WARNING if entering else Severity.INFO,
            "evt.dir = > is never true any more" if entering else "evt.dir = < is always true now",
            span,
            "Falco no longer reports when a system call begins, only when it returned. Leave evt.dir out.",
            None if entering else fix,
        )


def _never(rule: CompiledRule, definition: RuleDef, file: SourceFile) -> Iterator[Diagnostic]:
    if rule.condition.event_types is not None and not rule.condition.event_types:
        yield _note(
            Code.TRN_NEVER_MATCHES,
            Severity.WARNING,
            "no event can match this condition",
            definition.context.span,
            "The condition asks for two different event types at once. Join event types with `or`, or use `evt.type in (a, b)`.",
        )
    for check in _checks(rule):
        if check.operator not in ("=", "==", "in"):
            continue
        name = _field_name(check)
        for value in _values(check):
            problem = _impossible(name, value.text)
            if problem is not None:
                yield _note(Code.TRN_NEVER_MATCHES, Severity.WARNING, f"{name} is never `{value.text}`", value.span, problem)


def _impossible(name: str, value: str) -> str | None:
    if name in _COMM_FIELDS:
        if "/" in value:
            return "The name of a process holds no path. Compare proc.exepath, or write the last part of the path."
        if len(value.encode("utf-8", "replace")) > _COMM_SIZE:
            return (
                f"The kernel keeps {_COMM_SIZE} bytes of a process's name: write `{value[:_COMM_SIZE]}`, or compare proc.exepath."
            )
    if name == "proc.exepath" and value and not value.startswith("/"):
        return "proc.exepath is the whole path of the program, such as /usr/bin/cat. Its last part alone is proc.name."
    if name == "container.id" and len(value) > _ID_SIZE:
        return f"container.id is the short form: the first {_ID_SIZE} characters."
    return None


def _fd_net(rule: CompiledRule, definition: RuleDef, file: SourceFile) -> Iterator[Diagnostic]:
    for check in _checks(rule):
        if _field_name(check) == "fd.net" and check.operator == "in" and len(_values(check)) > 1:
            yield _note(
                Code.TRN_FD_NET_FIRST_ONLY,
                Severity.WARNING,
                "only the first network of the list is compared",
                check.span,
                "fd.net in (...) looks at its first item only. Use fd.snet (the server's end) or fd.cnet (the client's), or one check a "
                "network joined with `or`.",
            )


_RULE_LINTS: tuple[Callable[[CompiledRule, RuleDef, SourceFile], Iterator[Diagnostic]], ...] = (
    _no_container,
    _one_way(Code.TRN_ONLY_OPEN, _OPENS, "Opened files"),
    _one_way(Code.TRN_ONLY_EXECVE, _STARTS, "New programs"),
    _prefix,
    _client_side,
    _evt_dir,
    _never,
    _fd_net,
)


def macro_as_event_type(diagnostic: Diagnostic, known: Definitions) -> Diagnostic | None:
    """Beside the load error on ``evt.type = macro``: what to write instead."""
    match = re.fullmatch(r"unknown event type (.+)", diagnostic.message)
    span = diagnostic.span
    if match is None or span is None or match.group(1) not in known.macros:
        return None
    name = match.group(1)
    text = span.file.text
    before = re.search(r"evt\.type\s*(?:=|==)\s*['\"]?$", text[: span.start])
    fix = None
    if before is not None and span.text.strip("'\"") == name:
        fix = Fix(f"Write `{name}` alone", (Edit(Span(span.file, before.start(), span.end), name),))
    return _note(
        Code.TRN_MACRO_AS_EVTTYPE,
        Severity.INFO,
        f"`{name}` is a macro, not an event type",
        span,
        f"A macro is a condition of its own: write `{name}` without `evt.type =`.",
        fix,
    )
