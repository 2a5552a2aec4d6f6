"""What must hold for any text: for each kind a function that feeds one document to the engine and says what is wrong, or None."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from random import Random
from typing import Any, TypeVar

from tests import fuzz_generators, fuzz_recordings, fuzz_rules
from trainer.diagnostics import Diagnostic
from trainer.diagnostics.render import render_plain
from trainer.engine import (
    Compiled,
    CompileError,
    LoadResult,
    ParseError,
    compile_condition,
    compile_output,
    deciding,
    explain,
    falco_results,
    falco_text,
    load_rules,
    parse_condition,
    plugins_for,
    reason,
    to_string,
    tokenize,
)
from trainer.engine.evaluate.compile import shape
from trainer.engine.filter import walk
from trainer.engine.filter.ast import FieldTransformerExpr, NotExpr, TransformerListExpr, ValueExpr
from trainer.engine.filter.printer import Node
from trainer.errors import RecordingError
from trainer.events import Event, Recording
from trainer.events.normal import normalised
from trainer.events.recording import format_recording, parse_recording
from trainer.source import MappedText, SourceFile, Span

SECONDS = 0.1
"""What 10 KB may take; smaller inputs may take it too."""
_UNIT = 10_240
_SMALL = 100_000
"""Bytes of a file that somebody may edit."""
_T = TypeVar("_T")
Document = tuple[str, ...]
"""The texts of what is fed together: one, but for rules files that are loaded one after another."""


class Broken(Exception):
    """A law that does not hold; its text says which."""


@dataclass
class Watch:
    """Times the engine's calls, each against the size of the document."""

    size: int
    timing: bool = True
    worst: float = 0.0
    """Seconds for 10 KB."""
    _steps: dict[str, float] = field(default_factory=dict)

    def __call__(self, step: str, work: Callable[[], _T]) -> _T:
        start = time.process_time()
        found = work()
        seconds = time.process_time() - start
        units = max(1.0, self.size / _UNIT)
        allowed = SECONDS * units
        if self.timing and seconds > allowed:
            # What takes long because the machine is busy does not take long three times.
            for _ in range(2 if seconds < 10 * allowed else 0):
                forget()
                start = time.process_time()
                work()
                seconds = min(seconds, time.process_time() - start)
            if seconds > allowed:
                raise Broken(f"slow: {step} takes {seconds * 1000:.0f} ms, allowed are {allowed * 1000:.0f}")
        self.worst = max(self.worst, seconds / units)
        return found


def forget() -> None:
    """Without what the engine remembers of texts: a second run is then as long as the first, and knows no other document."""
    for remembered in _memories():
        remembered.cache_clear()


@cache
def _memories() -> tuple[Any, ...]:
    """All caches of the trainer but those that hold one thing for ever, such as the grammar."""
    modules = [module for name, module in sys.modules.items() if name.startswith("trainer.")]
    found = {id(entry): entry for module in modules for entry in vars(module).values() if hasattr(entry, "cache_clear")}
    return tuple(entry for entry in found.values() if entry.cache_parameters()["maxsize"] is not None)


def size_of(document: Sequence[str]) -> int:
    return sum(len(text.encode("utf-8", "surrogatepass")) for text in document)


# Events to match, of several types and of none of the fields.


@cache
def _events() -> tuple[Event, ...]:
    path = fuzz_generators.ROOT / "scenarios" / "shell-in-container" / "recordings" / "seed-0.jsonl"
    recorded = parse_recording(path.read_bytes(), path.name).events
    by_type = {event.type: event for event in recorded}
    return (
        *by_type.values(),
        Event(1, 0, "open"),
        Event(2, 1, "openat", fields={"proc.aname": ("sh", "bash"), "fd.sip": "10.0.0.1", "evt.rawres": -2}),
    )


@cache
def _base_rules() -> SourceFile:
    path = fuzz_generators.ROOT / "exercises" / "base" / "falco_rules.yaml"
    return SourceFile("falco_rules.yaml", path.read_text(encoding="utf-8"))


@cache
def _plugin_rules() -> SourceFile:
    return SourceFile(
        "audit.yaml",
        "- rule: audit\n  desc: d\n  source: k8s_audit\n  priority: INFO\n  condition: ka.verb=create or ka.target.name exists or ka.req.pod.containers.image"
        " intersects (nginx) or jevt.value[/a/0]=b\n  output: '%ka.uri.param[command] %ka.req.pod.containers.image[0] %ka.user.groups %jevt.obj'\n",
    )


def _chosen(text: str, count: int) -> list[Event]:
    events = _events()
    return [events[(len(text) + 7 * index) % len(events)] for index in range(count)]


# Conditions.


def check_condition(document: Document, watch: Watch) -> None:
    text = document[0]
    mapped = MappedText.plain(text)
    expr = watch("parsing", lambda: parse_condition(mapped))
    _check_tokens(text, watch)
    if isinstance(expr, ParseError):
        _require(0 <= expr.pos <= len(text) and bool(expr.message), f"place {expr.pos} of a parse error")
        _check_span(expr.span, [mapped.whole.file])
        return
    for node in walk(expr):
        _check_span(node.span, [mapped.whole.file])
    printed = watch("printing", lambda: to_string(expr))
    if printable(expr):
        again = parse_condition(MappedText.plain(printed))
        _require(
            not isinstance(again, ParseError) and shape(again) == shape(expr), f"printing is not undone by parsing: {printed!r}"
        )
    compiled = watch("compiling", lambda: compile_condition(expr))
    if isinstance(compiled, CompileError):
        _check_span(compiled.span, [mapped.whole.file])
        _require(bool(compiled.message), "a refusal without a message")
        return
    for event in _chosen(text, 2):
        check_law(compiled, event, watch)


def _check_tokens(text: str, watch: Watch) -> None:
    tokens = watch("colouring", lambda: tokenize(text))
    _require(all(token.start < token.end <= len(text) for token in tokens), "a token outside the text")
    _require(all(one.end <= other.start for one, other in pairwise(tokens)), "tokens overlap")


def check_law(compiled: Compiled, event: Event, watch: Watch) -> None:
    matched = watch("matching", lambda: compiled.matches(event))
    explained = watch("explaining", lambda: explain(compiled, event))
    _require(
        isinstance(matched, bool) and matched is explained.matched, f"matches says {matched}, explain says {explained.matched}"
    )
    watch("the sentence", lambda: reason(explained))
    _require(bool(deciding(explained)), "nothing decides")


def printable(expr: Node) -> bool:
    """Whether Falco's canonical text can be read again: it quotes no parenthesis and no comma, and shows no empty constant."""
    for node in walk(expr):
        if isinstance(node, FieldTransformerExpr | TransformerListExpr):
            return False  # quoted arguments lose their quotes
        if isinstance(node, NotExpr) and isinstance(node.child, NotExpr):
            return False  # a printed pair cancels
        if isinstance(node, ValueExpr) and (not node.text or set(node.text) & set("(),\\\v")):
            return False
        argument = getattr(node, "argument", None)
        if argument is not None and set(argument) & set("[]\\\v"):
            return False
    return True


# Rules files.


def check_rules(document: Document, watch: Watch) -> None:
    files = [SourceFile(f"rules{index}.yaml", text) for index, text in enumerate(document)]
    learner = watch("loading for the learner", lambda: load_rules(files))
    falco = watch("loading as Falco", lambda: load_rules(files, mode="falco"))
    for result in (learner, falco):
        _check_load(result, files, watch)
    faults = [diagnostic for diagnostic in learner.diagnostics if diagnostic.is_error]
    _require(
        falco.ok == (not faults and learner.ok),
        f"Falco's mode says {falco.ok}, the learner's {learner.ok} with {[d.message for d in faults]}",
    )
    _require(falco.ok or not all(file.successful for file in falco.files) or falco.fatal is not None, "not ok for no reason")
    for before, after in zip(falco.files, learner.files, strict=False):
        # Behind a broken file Falco sees less than the learner's mode does, and says each of its errors once more.
        _require(
            before.successful == after.successful,
            f"{before.file.name}: Falco's mode says {before.successful}, the learner's {after.successful}",
        )
        if not before.successful:
            break
    if falco.ok:
        names = [[rule.name for rule in result.ruleset] for result in (learner, falco)]
        _require(names[0] == names[1], f"rules of the two modes: {names}")
    if len(document[-1]) % 3 == 0 and watch.size < _SMALL:
        check_memory(files)
    for event in _chosen(document[0], 2):
        watch("matching", lambda event=event: learner.ruleset.match(event, "all"))  # type: ignore[misc]
    for rule in learner.ruleset.rules[-3:]:
        check_law(rule.condition, _chosen(document[0], 1)[0], watch)


def check_memory(files: Sequence[SourceFile]) -> None:
    """While a file is edited much of it is not read again: the answer is the same as if it were."""
    *others, last = files
    forget()
    fresh = _said(load_rules(files))
    forget()
    lines = last.text.split("\n")
    place = len(last.text) % len(lines)
    load_rules([*others, SourceFile(last.name, "\n".join(lines[:place] + lines[place + 1 :]))])
    edited = _said(load_rules(files))
    _require(edited == fresh, f"loaded again after an edit it is {edited[:3]}, else {fresh[:3]}")


def _said(result: LoadResult) -> list[str]:
    said = [
        repr((d.code, d.message, [(a.span.file.name, a.span.start, a.span.end) for a in d.annotations], d.context, d.snippet))
        for d in result.diagnostics
    ]
    return [*said, repr(result.ok), *(repr((rule.name, rule.span.start, rule.condition_text)) for rule in result.ruleset)]


def _check_load(result: LoadResult, files: Sequence[SourceFile], watch: Watch) -> None:
    found = list(
        {id(d): d for d in (*result.diagnostics, *(d for file in result.files for d in (*file.errors, *file.warnings)))}.values()
    )
    for diagnostic in found:
        _check_diagnostic(diagnostic, files)
    watch("showing the diagnostics", lambda: [render_plain(diagnostic, color=True) for diagnostic in found])
    watch("Falco's text", lambda: falco_text(result))
    watch("Falco's JSON", lambda: json.dumps(falco_results(result)))


def _check_diagnostic(diagnostic: Diagnostic, files: Sequence[SourceFile]) -> None:
    _require(diagnostic.span is not None, f"{diagnostic.code} has no place")
    for annotation in diagnostic.annotations:
        _check_span(annotation.span, files)
    for edit in diagnostic.fix.edits if diagnostic.fix is not None else ():
        _check_span(edit.span, files)


def _check_span(span: Span, files: Sequence[SourceFile]) -> None:
    size = len(span.file.text)
    _require(any(span.file is file or span.file == file for file in files), f"a span in the unknown file {span.file.name}")
    _require(0 <= span.start <= span.end <= size, f"a span from {span.start} to {span.end} in a text of {size}")
    _require(span.text == span.file.text[span.start : span.end], "a span that slices wrongly")


# Recordings.


def check_recording(document: Document, watch: Watch) -> None:
    data = document[0].encode("utf-8", "surrogatepass")
    try:
        recording = watch("reading", lambda: parse_recording(data, "recording"))
    except RecordingError as error:
        _require(bool(error.message), "a refusal without a message")
        return
    text = watch("writing", lambda: format_recording(normalised(recording)))
    again = parse_recording(text.encode("utf-8", "backslashreplace"), "again")
    _require(
        _as_text(again) == _as_text(recording) or recording.header.origin == "cks-trainer",
        "written and read again, it is another recording",
    )
    result = _rules_for(recording)
    for event in recording.events[:6]:
        for alert in watch("matching", lambda event=event: result.ruleset.match(event, "all")):  # type: ignore[misc]
            watch("the alert", lambda alert=alert: (alert.json_line(), alert.text_line(iso=True)))  # type: ignore[misc]
        for rule in result.ruleset.rules[:: max(1, len(result.ruleset.rules) // 4)]:
            watch("printing", lambda rule=rule, event=event: (rule.output.render(event), rule.output.field_values(event)))  # type: ignore[misc]
            check_law(rule.condition, event, watch)


def _as_text(recording: Recording) -> list[str]:
    return [
        repr(
            (
                event.num,
                event.time_ns,
                event.type,
                event.source,
                event.action,
                sorted(event.fields.items(), key=lambda item: item[0]),
            )
        )
        for event in recording.events
    ]


def _rules_for(recording: Recording) -> LoadResult:
    return _loaded(frozenset(plugins_for(recording.events)))


@cache
def _loaded(plugins: frozenset[str]) -> LoadResult:
    return load_rules([_base_rules(), _plugin_rules(), _probe_rules()], plugins=plugins)


@cache
def _probe_rules() -> SourceFile:
    """One rule for each kind of operator on each kind of field, so that values of a wrong type meet them all."""
    conditions = (
        "fd.name contains a or fd.name pmatch (/etc) or proc.name in (sh) or proc.name glob *s or proc.name regex s.* or proc.name startswith b",
        "fd.sip=10.0.0.1 or fd.net=10.0.0.0/8 or fd.sport>10 or fd.port in (1,2) or fd.snet in (1.2.3.4/8)",
        "evt.rawres<0 or user.uid=0 or proc.duration>1s or evt.rawarg.res=1 or evt.arg.flags contains O_ or evt.arg[0]=x or evt.num>1",
        "proc.aname in (sh) or proc.aname[1]=x or proc.args intersects (a) or proc.env[PATH] exists or proc.apid[1]=1",
        "len(proc.name)>1 or tolower(proc.name)=sh or b64(proc.name)=x or basename(fd.name)=x or join(',', (proc.name, fd.name))=x or proc.name=val(fd.name)",
        "evt.is_open_read=true or container.id!=host or evt.buffer bcontains 61 or fd.types intersects (file) or proc.args = oneof (a,b)",
    )
    output = "%proc.name %10fd.name %evt.time %evt.datetime %evt.arg[0] %evt.args %proc.args %proc.aname %fd.sip %evt.rawres %len(proc.name) %evt.buffer %proc.env"
    rules = "".join(
        f'- rule: probe {index}\n  desc: d\n  priority: INFO\n  condition: "{text}"\n  output: "{output}"\n'
        for index, text in enumerate(conditions)
    )
    return SourceFile("probe.yaml", rules)


# Outputs.


def check_output(document: Document, watch: Watch) -> None:
    text = document[0]
    mapped = MappedText.plain(text)
    made = watch("compiling the output", lambda: compile_output(mapped))
    if isinstance(made, CompileError):
        _check_span(made.span, [mapped.whole.file])
        _require(bool(made.message), "a refusal without a message")
        return
    for event in _chosen(text, 2):
        shown = watch("printing", lambda event=event: made.render(event))  # type: ignore[misc]
        shown.encode("utf-8")
        json.dumps(watch("the fields", lambda event=event: made.field_values(event)), default=str)  # type: ignore[misc]


def _require(holds: bool, message: str) -> None:
    if not holds:
        raise Broken(message)


@dataclass(frozen=True)
class KindOfDocument:
    make: Callable[[Random], Document]
    check: Callable[[Document, Watch], None]
    share: float
    """Of all documents."""


def _one(make: Callable[[Random], str]) -> Callable[[Random], Document]:
    return lambda rng: (make(rng),)


KINDS: dict[str, KindOfDocument] = {
    "condition": KindOfDocument(_one(fuzz_generators.any_condition), check_condition, 0.55),
    "rules": KindOfDocument(fuzz_rules.files, check_rules, 0.25),
    "recording": KindOfDocument(_one(fuzz_recordings.any_recording), check_recording, 0.08),
    "output": KindOfDocument(_one(fuzz_generators.any_output), check_output, 0.12),
}


def document_of(kind: str, seed: int, index: int) -> Document:
    return KINDS[kind].make(Random(f"{seed}:{kind}:{index}"))
