"""A rule's output: tokens, checks and rendering (language.md section 5; libsinsp eventformatter.cpp)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias

from trainer.diagnostics import Code
from trainer.engine.evaluate.compile import CheckWarning, deprecation
from trainer.engine.evaluate.extract import ancestors
from trainer.engine.evaluate.operands import CompileError, Operand, left_operand
from trainer.engine.fields import FieldCatalogue, load_catalogue
from trainer.engine.filter import ParseError, parse_condition
from trainer.engine.filter.ast import FieldExpr, FieldTransformerExpr, UnaryCheckExpr
from trainer.events import Event
from trainer.source import MappedText

_UNKNOWN = "unknown filter: unexpected token after '"
_CANDIDATE = re.compile(r"[a-zA-Z][a-zA-Z0-9_.]*")
_TRANSFORMER = re.compile(r"(?:tolower|toupper|b64|basename|len|join|concat|getopt)\(")


@dataclass(frozen=True, slots=True)
class FieldToken:
    """``%10proc.name``: the text behind ``%`` and the width, the width (0: none), how to read the value, and its place."""

    text: str
    width: int
    operand: Operand
    start: int
    end: int
    inner_fields: tuple[Operand, ...] = ()

    @property
    def name(self) -> str:
        return self.text


OutputToken: TypeAlias = str | FieldToken


@dataclass(frozen=True, slots=True)
class Output:
    """A compiled output. ``stops_at_null`` False: Falco prints a null field as ``<NA>``."""

    text: str
    tokens: tuple[OutputToken, ...]
    warnings: tuple[CheckWarning, ...] = ()

    @property
    def fields(self) -> tuple[FieldToken, ...]:
        return tuple(token for token in self.tokens if isinstance(token, FieldToken))

    def render(self, event: Event) -> str:
        """The message of an alert."""
        parts: list[str] = []
        for token in self.tokens:
            if isinstance(token, str):
                parts.append(token)
                continue
            value = field_value(token.operand, event)
            text = "<NA>" if value is None else value_text(value, token.operand)
            if token.width:
                raw = text.encode("utf-8", "surrogateescape")[: token.width]
                text = raw.decode("utf-8", "surrogateescape") + " " * (token.width - len(raw))
            parts.append(text)
        return "".join(parts)

    def field_values(self, event: Event) -> dict[str, Any]:
        """output_fields of the JSON alert: each field of the message once, null as None."""
        values: dict[str, Any] = {}
        for token in self.fields:
            values[token.text] = json_value(field_value(token.operand, event), token.operand)
            for inner in token.inner_fields:
                values[inner.text] = json_value(field_value(inner, event), inner)
        return values


def compile_output(
    text: str | MappedText, source: str = "syscall", catalogue: FieldCatalogue | None = None, resolve_transformers: bool = True
) -> Output | CompileError:
    """Splits an output into tokens. Quirk: a typo behind a valid field's name is text (``%proc.namex`` prints the name and ``x``)."""
    mapped = text if isinstance(text, MappedText) else MappedText.plain(text, "<output>")
    table = catalogue or load_catalogue()
    body = mapped.text
    tokens: list[OutputToken] = []
    warnings: list[CheckWarning] = []
    index = 1 if body.startswith("*") else 0
    literal = index

    def refuse(message: str, place: int) -> CompileError:
        return CompileError(message, mapped.span(place, min(place + 1, len(body))), place)

    while (percent := body.find("%", index)) >= 0:
        if percent > literal:
            tokens.append(body[literal:percent])
        at = percent + 1
        if at >= len(body):
            return refuse("invalid formatting syntax: formatting cannot end with a %", percent)
        digits = re.compile(r"[0-9]*").match(body, at)
        width = int(digits.group() or 0) if digits else 0
        at = digits.end() if digits else at
        if at >= len(body):
            return refuse("invalid formatting syntax: formatting cannot end with a number", percent)
        token = _longest(body, at, percent, width, source, table)
        if token is None:
            return refuse(_UNKNOWN, percent)
        tokens.append(token)
        for name in token.operand.deprecated:
            warnings.append(CheckWarning(Code.LOAD_DEPRECATED_ITEM, deprecation(name), mapped.span(percent, token.end), name))
        index = literal = token.end
    if literal < len(body):
        tokens.append(body[literal:])
    return Output(body, tuple(tokens), tuple(warnings))


def _longest(body: str, at: int, percent: int, width: int, source: str, table: FieldCatalogue) -> FieldToken | None:
    """The longest text from ``at`` that is a field or a transformer, cut from the end one character at a time."""
    end = _transformer_end(body, at) if _TRANSFORMER.match(body, at) else _field_end(body, at)
    while end > at:
        parsed = _parse(body[at:end])
        if parsed is not None:
            operand = left_operand(parsed, source, table)
            if not isinstance(operand, CompileError):
                inner = _inner(parsed, source, table) if isinstance(parsed, FieldTransformerExpr) else ()
                return FieldToken(body[at:end], width, operand, percent, end, inner)
        end -= 1
    return None


def _inner(expr: FieldTransformerExpr, source: str, table: FieldCatalogue) -> tuple[Operand, ...]:
    found: list[Operand] = []
    for argument in expr.arguments:
        if isinstance(argument, FieldExpr):
            operand = left_operand(argument, source, table)
            if isinstance(operand, Operand):
                found.append(operand)
        elif isinstance(argument, FieldTransformerExpr):
            found.extend(_inner(argument, source, table))
    return tuple(found)


def _field_end(body: str, at: int) -> int:
    found = _CANDIDATE.match(body, at)
    if found is None:
        return at
    end = found.end()
    if body[end : end + 1] == "[":
        close = body.find("]", end)
        if close > 0:
            return close + 1
    return end


def _transformer_end(body: str, at: int) -> int:
    depth = 0
    index = at
    while index < len(body):
        if body[index] == "(":
            depth += 1
        elif body[index] == ")":
            depth -= 1
            if depth == 0:
                close = body.find("]", index) if body[index + 1 : index + 2] == "[" else -1
                return close + 1 if close > 0 else index + 1
        index += 1
    return len(body)


def _parse(text: str) -> FieldExpr | FieldTransformerExpr | None:
    parsed = parse_condition(MappedText.plain(f"{text} exists", "<output>"))
    if isinstance(parsed, ParseError) or not isinstance(parsed, UnaryCheckExpr):
        return None
    return parsed.left


def field_value(operand: Operand, event: Event) -> Any:
    """The value as outputs see it: filter-only fields are null, unindexed ancestors are all of them."""
    if "FILTER_ONLY" in operand.flags:
        return None
    if operand.name == "evt.time" or operand.name.startswith(("evt.time.", "evt.datetime", "evt.rawtime")):
        return time_value(operand.name, event)
    if operand.any_ancestor:
        text = event.fields.get(operand.name)
        if isinstance(text, str | int):
            return text
        chain = ancestors(event, operand.name)
        return " ".join(str(item) for item in chain) if chain else None
    value = operand.get(event)
    return None if value == () else value


def time_value(name: str, event: Event) -> Any:
    """Times are the event's own, in the local zone; iso8601 is UTC."""
    if name in event.fields:
        return event.fields[name]
    if name == "evt.time":
        return format_time(event.time_ns, iso=False)
    if name == "evt.time.s":
        return format_time(event.time_ns, iso=False).split(".")[0]
    if name == "evt.time.iso8601":
        return format_time(event.time_ns, iso=True)
    if name == "evt.rawtime":
        return event.time_ns
    if name == "evt.rawtime.s":
        return event.time_ns // 1_000_000_000
    if name == "evt.rawtime.ns":
        return event.time_ns % 1_000_000_000
    date = datetime.fromtimestamp(event.time_ns // 1_000_000_000).strftime("%Y-%m-%d ")
    text = date + format_time(event.time_ns, iso=False)
    return text.split(".")[0] if name == "evt.datetime.s" else text


def format_time(time_ns: int, iso: bool) -> str:
    """``HH:MM:SS.nnnnnnnnn`` in the local zone, or ISO 8601 in UTC as Falco writes it."""
    seconds, fraction = divmod(time_ns, 1_000_000_000)
    if iso:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S") + f".{fraction:09d}+0000"
    return datetime.fromtimestamp(seconds).strftime("%H:%M:%S") + f".{fraction:09d}"


def value_text(value: Any, operand: Operand) -> str:
    """A value as Falco prints it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if operand.type == "IPNET":
        return "<IPNET>"
    if isinstance(value, bytes):
        return "".join(chr(byte) if 32 <= byte < 127 else "." for byte in value)
    if isinstance(value, float):
        return f"{value:.1f}"
    if isinstance(value, int):
        return f"{value:X}" if operand.name == "fd.dev" else str(value)
    if isinstance(value, tuple):
        return ("(" + ",".join(value_text(item, operand) for item in value) + ")")[:1023]
    return str(value)


def json_value(value: Any, operand: Operand) -> Any:
    if isinstance(value, bytes):
        return value_text(value, operand)
    if operand.name == "fd.dev" and isinstance(value, int):
        return f"{value:X}"
    return list(value) if isinstance(value, tuple) else value
