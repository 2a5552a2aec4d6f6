"""Which part of the learner's file gets which colour. Pure: text and diagnostics in, marks by row out.

The editor's YAML grammar paints a whole condition as one string, so tokens come from Falco's own lexer and find their place in
the file through the scalar's map. Columns are UTF-8 bytes, as the editor counts them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import TypeAlias

from trainer.diagnostics import Diagnostic
from trainer.engine.filter import tokenize
from trainer.source import SourceFile, Span, YamlMapping, YamlScalar, YamlSequence, compose

Mark: TypeAlias = tuple[int, int, str]
"""First byte, last byte (exclusive), name of the style."""
Marks: TypeAlias = Mapping[int, list[Mark]]

_OUTPUT_FIELD = re.compile(r"%[a-z][\w.]*(?:\[[^\]]*\])?")
_NAMED = ("rule", "macro", "list")
_STYLED = frozenset({"field", "operator", "keyword", "number", "string", "transformer"})


def condition_marks(file: SourceFile, names: Mapping[str, str]) -> Marks | None:
    """Marks of all conditions and outputs; None while the YAML is broken."""
    composed = compose(file)
    if composed.error is not None:
        return None
    marks: defaultdict[int, list[Mark]] = defaultdict(list)
    for key, scalar in _scalars(composed.documents):
        if key in _NAMED:
            _add(marks, scalar.span, "falco.name")
        elif key == "condition":
            for token in tokenize(scalar.mapped.text):
                kind = names.get(scalar.mapped.text[token.start : token.end], "") if token.kind == "identifier" else token.kind
                if kind in _STYLED or kind in ("macro", "list"):
                    _add(marks, scalar.mapped.span(token.start, token.end), f"falco.{kind}")
        elif key == "output":
            for found in _OUTPUT_FIELD.finditer(scalar.mapped.text):
                _add(marks, scalar.mapped.span(found.start(), found.end()), "falco.field")
    return marks


def _scalars(documents: tuple[object, ...]) -> Iterator[tuple[str, YamlScalar]]:
    """The scalars of the items' own keys."""
    for document in documents:
        if not isinstance(document, YamlSequence):
            continue
        for item in document.items:
            if isinstance(item, YamlMapping):
                for key, value in item.pairs:
                    if isinstance(key, YamlScalar) and isinstance(value, YamlScalar):
                        yield key.value, value


def diagnostic_marks(diagnostics: tuple[Diagnostic, ...], lines: list[str]) -> Marks:
    """Underlines. A line that was changed since the check keeps none: the check that is on its way will say."""
    marks: defaultdict[int, list[Mark]] = defaultdict(list)
    for diagnostic in reversed(diagnostics):
        span = diagnostic.span
        if span is None:
            continue
        for row, start, end in rows_of(span):
            if row < len(lines) and lines[row] == span.file.line_text(row + 1):
                marks[row].append((*_bytes(lines[row], start, end), f"diagnostic.{diagnostic.severity.value}"))
    return marks


def rows_of(span: Span) -> Iterator[tuple[int, int, int]]:
    """Row, first and last column of each line that a span touches; something is always visible."""
    file = span.file
    first, last = file.position(span.start).line, file.position(max(span.start, span.end - 1)).line
    for line in range(first, last + 1):
        text = file.line_text(line)
        offset = file.line_starts[line - 1]
        start, end = max(0, span.start - offset), min(len(text), span.end - offset)
        if line > first:
            start = len(text) - len(text.lstrip())
        if end <= start:
            start, end = max(0, min(start, len(text) - 1)), max(0, min(start, len(text) - 1)) + 1
        yield line - 1, start, end


def _add(marks: defaultdict[int, list[Mark]], span: Span, name: str) -> None:
    if span.end > span.start:
        for row, start, end in rows_of(span):
            marks[row].append((*_bytes(span.file.line_text(row + 1), start, end), name))


def _bytes(line: str, start: int, end: int) -> tuple[int, int]:
    if line.isascii():
        return start, end
    return len(line[:start].encode("utf-8", "surrogatepass")), len(line[:end].encode("utf-8", "surrogatepass"))
