"""A rule's output: tokens, checks and rendering (language.md section 5; libsinsp eventformatter.cpp)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TypeAlias

from trainer.diagnostics import Code
from trainer.engine.evaluate.compile import CheckWarning
from trainer.engine.evaluate.constants import to_bytes, to_text
from trainer.engine.evaluate.extract import ancestors, sides
from trainer.engine.evaluate.operands import DEPRECATED, CompileError, Operand, left_operand
from trainer.engine.evaluate.transform import SINGLE
from trainer.engine.fields import FieldCatalogue, FieldInfo, load_catalogue
from trainer.engine.filter import ParseError, parse_condition, to_string, transformer_ends
from trainer.engine.filter.ast import FieldExpr, FieldTransformerExpr, TransformerArg, TransformerListExpr, UnaryCheckExpr
from trainer.events import Event, FieldValue
from trainer.source import MappedText, frozen

_UNKNOWN = "unknown filter: unexpected token after '"
_CANDIDATE = re.compile(r"[a-zA-Z][a-zA-Z0-9_.]*")
_FIELD = re.compile(r"[a-zA-Z][a-zA-Z0-9_]*(?:\.[a-zA-Z][a-zA-Z0-9_]*)+")
_ARGUMENT = re.compile(r"""\[(?:"[^"]*"|'[^']*'|[^\]\["'\s]+)\]""")
_DIGITS = re.compile(r"[0-9]*")
_LONGEST_NAME = 128
"""Characters; no field's own name is longer."""
_MAX_WIDTH = 10_000
"""Columns that a token is padded to; Falco has no limit, and would end where the memory does."""
_TRANSFORMER = re.compile(r"(?:tolower|toupper|b64|basename|len|join|concat|getopt)\(")


@frozen
class Reported:
    """A field or transformer that a token uses, under the name that it has in the JSON alert."""

    name: str
    operand: Operand
    is_field: bool


@frozen
class FieldToken:
    """``%10proc.name``: the text behind ``%`` and the width, the width (0: none), how to read the value, and its place."""

    text: str
    width: int
    operand: Operand
    start: int
    end: int
    reported: tuple[Reported, ...] = ()
    """The token itself, then what stands inside a transformer."""

    @property
    def name(self) -> str:
        return self.text


OutputToken: TypeAlias = str | FieldToken


@frozen
class Output:
    """A compiled output. A null field prints as ``<NA>``, as Falco always asks for."""

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
            text = _printed(token.operand, event)
            if token.width:
                raw = to_bytes(text)[: token.width]
                text = to_text(raw) + " " * (token.width - len(raw))
            parts.append(text)
        return _printable("".join(parts))

    def field_values(self, event: Event, transformers: bool = False) -> dict[str, Any]:
        """output_fields of the JSON alert: each field of the message once, null as None.

        Falco reports the fields inside a transformer and leaves the transformer out; libsinsp can do both.
        """
        values: dict[str, Any] = {}
        for token in self.fields:
            for used in token.reported:
                if used.is_field or transformers:
                    values[used.name] = _reported(used.operand, event)
        return values


def compile_output(
    text: str | MappedText, source: str = "syscall", catalogue: FieldCatalogue | None = None
) -> Output | CompileError:
    """Splits an output into tokens. Quirk: a typo behind a valid field's name is text (``%proc.namex`` prints the name and ``x``)."""
    mapped = text if isinstance(text, MappedText) else MappedText.plain(text, "<output>")
    table = catalogue or load_catalogue()
    body = mapped.text
    tokens: list[OutputToken] = []
    index = 1 if body.startswith("*") else 0
    literal = index

    def refuse(message: str, place: int) -> CompileError:
        return CompileError(message, mapped.span(place, min(place + 1, len(body))), place)

    if literal >= len(body):
        return refuse("empty formatting token", 0)
    while (percent := body.find("%", index)) >= 0:
        if percent > literal:
            tokens.append(body[literal:percent])
        at = percent + 1
        if at >= len(body):
            return refuse("invalid formatting syntax: formatting cannot end with a %", percent)
        digits = _DIGITS.match(body, at)
        assert digits is not None  # no digit at all is a match too
        word, at = digits.group().lstrip("0"), digits.end()
        width = min(int(word[:9] or 0), _MAX_WIDTH)
        if at >= len(body):
            return refuse("invalid formatting syntax: formatting cannot end with a number", percent)
        token = _longest(body, at, percent, width, source, table)
        if token is None:
            return refuse(_UNKNOWN, percent)
        tokens.append(token)
        index = literal = token.end
    if literal < len(body):
        tokens.append(body[literal:])
    # Falco looks for the names in the text: evt.latency.ns reports evt.latency too.
    warnings = tuple(
        CheckWarning(
            Code.LOAD_DEPRECATED_ITEM,
            f"usage of deprecated field '{name}' has been detected in the rule output",
            mapped.whole,
            name,
        )
        for name in DEPRECATED
        if name in body
    )
    return Output(body, tuple(tokens), warnings)


def _longest(body: str, at: int, percent: int, width: int, source: str, table: FieldCatalogue) -> FieldToken | None:
    """The longest text from ``at`` that is a field or a transformer.

    Falco cuts one character at a time from the end and parses again. Here only those ends are tried where a parse can succeed: else a
    long word would be parsed as often as it has characters.
    """
    ends = _transformer_ends(body, at) if _TRANSFORMER.match(body, at) else _field_ends(body, at, source, table)
    for end in ends:
        found = _reading(body[at:end], source, table)
        if found is not None:
            return FieldToken(body[at:end], width, found[0], percent, end, found[1])
    return None


@lru_cache(maxsize=2048)
def _reading(text: str, source: str, table: FieldCatalogue) -> tuple[Operand, tuple[Reported, ...]] | None:
    """How to read the value of a field or transformer, and what it reports; None when ``text`` is neither."""
    parsed = parse_condition(MappedText.plain(f"{text} exists", "<output>"))
    if isinstance(parsed, ParseError) or not isinstance(parsed, UnaryCheckExpr):
        return None
    operand = left_operand(parsed.left, source, table)
    return None if isinstance(operand, CompileError) else (operand, tuple(_uses(parsed.left, source, table)))


def _uses(expr: TransformerArg, source: str, table: FieldCatalogue, merged: bool = False) -> Iterator[Reported]:
    """What a token reports; ``merged`` for a transformer that a single-value one is applied to, which has no entry of its own."""
    if isinstance(expr, FieldExpr | FieldTransformerExpr) and not merged:
        operand = left_operand(expr, source, table)
        if isinstance(operand, Operand):
            yield Reported(to_string(expr), operand, isinstance(expr, FieldExpr))
    if isinstance(expr, FieldTransformerExpr):
        for argument in expr.arguments:
            inner = isinstance(argument, FieldTransformerExpr) and expr.transformer in SINGLE
            yield from _uses(argument, source, table, inner)
    elif isinstance(expr, TransformerListExpr):
        for item in expr.items:
            yield from _uses(item, source, table)


def _field_ends(body: str, at: int, source: str, table: FieldCatalogue) -> Iterator[int]:
    """Longest first: with the argument, then every shorter text that is a field's name."""
    found = _CANDIDATE.match(body, at)
    if found is None:
        return
    end = found.end()
    if body[end : end + 1] == "[":
        close = body.find("]", end) + 1
        if close and _ARGUMENT.fullmatch(body, end, close):
            yield close
    name = _FIELD.match(body, at, end)
    if name is None:
        return
    # Only names that end as one likes (proc.env.X) are longer, and of those the first is one already.
    for stop in (name.end(), *range(min(name.end() - 1, at + _LONGEST_NAME), at, -1)):
        if isinstance(table.lookup(body[at:stop], None, source), FieldInfo):
            yield stop


def _transformer_ends(body: str, at: int) -> Iterator[int]:
    """Longest first. Falco counts the parentheses inside quotes too: what they close too early is no transformer."""
    ends = transformer_ends(body, at)
    if not ends:
        return
    closed, depth = ends[-1], 0
    for index in range(at, closed - 1):
        depth += (body[index] == "(") - (body[index] == ")")
        if not depth and body[index] == ")":
            return
    if ends[0] > closed and body.find("]", closed) + 1 == ends[0]:
        yield ends[0]
    yield closed


def field_value(operand: Operand, event: Event) -> Any:
    """The value as outputs see it: filter-only fields are null, unindexed ancestors are all of them."""
    if operand.transformed:
        # The number that len() makes takes its format from the field, and most texts have none for numbers.
        return None if operand.type == "UINT64" and operand.name not in _WITH_FORMAT else operand.get(event)
    if operand.type == "IPNET":
        return "<IPNET>" if operand.name != "fd.net" and sides(event, operand.name) else None
    if "FILTER_ONLY" in operand.flags or operand.name.startswith("evt.type.is."):
        return None
    if operand.name in _CLOCKS:
        return time_value(operand.name, event)
    if operand.any_ancestor:
        text = event.fields.get(operand.name)
        if isinstance(text, str | int):
            return text
        chain = ancestors(event, operand.name)
        return " ".join(str(item) for item in chain) if chain else None
    return operand.get(event)


_PADDED = frozenset(("evt.rawtime.ns", "evt.reltime", "evt.reltime.ns", "evt.latency.ns", "evt.deltatime.ns"))
"""Printed with nine digits at least (libsinsp's PF_10_PADDED_DEC)."""


def _printed(operand: Operand, event: Event) -> str:
    value = field_value(operand, event)
    if value is None:
        return "<NA>"
    if isinstance(value, int) and not operand.transformed:
        if operand.name == "fd.dev":
            return f"{value:X}"
        if operand.name in _PADDED:
            return f"{value:09}"
    return value_text(value)


def _reported(operand: Operand, event: Event) -> Any:
    if operand.name in _CLOCKS and not operand.transformed:
        return event.time_ns
    value = field_value(operand, event)
    if value is None or value == ():
        return None
    if isinstance(value, bytes) or operand.name == "fd.dev":
        return _printed(operand, event)
    if isinstance(value, str):
        return _printable(value)
    return list(value) if isinstance(value, tuple) else value


def _printable(text: str) -> str:
    """Bytes that are not UTF-8 show as U+FFFD, as in Falco's JSON."""
    return text if text.isascii() else to_bytes(text).decode("utf-8", "replace")


_WITH_FORMAT = frozenset({"evt.res", "fd.type", "fd.typechar", "fd.types", "fdlist.nums", "fdlist.cports", "fdlist.sports"})
_CLOCKS = frozenset({"evt.time", "evt.time.s", "evt.time.iso8601", "evt.datetime", "evt.datetime.s"})
"""Text in the message, nanoseconds in the JSON alert."""


def time_value(name: str, event: Event) -> Any:
    """The event's time as text, in the local zone; iso8601 is UTC. A recording's own text wins."""
    recorded = event.fields.get(name)
    if isinstance(recorded, str):
        return recorded
    if name == "evt.time.iso8601":
        return format_time(event.time_ns, iso=True)
    text = format_time(event.time_ns, iso=False)
    if name.startswith("evt.datetime"):
        text = datetime.fromtimestamp(event.time_ns // 1_000_000_000).strftime("%Y-%m-%d ") + text
    return text.split(".")[0] if name.endswith(".s") else text


def format_time(time_ns: int, iso: bool) -> str:
    """``HH:MM:SS.nnnnnnnnn`` in the local zone, or ISO 8601 in UTC as Falco writes it."""
    seconds, fraction = divmod(time_ns, 1_000_000_000)
    if iso:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S") + f".{fraction:09d}+0000"
    return datetime.fromtimestamp(seconds).strftime("%H:%M:%S") + f".{fraction:09d}"


def value_text(value: FieldValue, type_: str = "") -> str:
    """A value as Falco prints it; ``type_`` is the field's, where the value alone does not tell."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if type_ == "IPNET":
        return "<IPNET>"
    if isinstance(value, bytes):
        return "".join(chr(byte) if 32 <= byte < 127 else "." for byte in value)
    if isinstance(value, float):
        return f"{value:.1f}"
    if isinstance(value, tuple):
        return ("(" + ",".join(value_text(item) for item in value) + ")")[:1023]
    return str(value)
