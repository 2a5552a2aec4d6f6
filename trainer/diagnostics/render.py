"""A diagnostic as text for a terminal: place, message, the source line with a caret under the exact token, help."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

from trainer.diagnostics.codes import SHORT_TEXT
from trainer.diagnostics.model import Annotation, Diagnostic, Severity
from trainer.diagnostics.said import in_language
from trainer.source import Span

_COLORS = {Severity.ERROR: "31", Severity.WARNING: "33", Severity.INFO: "36"}
_LABELS = {"en": ("note:", "help:", "fix:"), "ko": ("참고:", "도움말:", "고치기:")}
_TAB = 4
_MAX_WIDTH = 160
_NEAR = 10 * _MAX_WIDTH
"""Characters to each side of a place; even where most of them take no column they fill the width."""
_MAX_LINES = 4
"""Lines shown of a place that goes over several."""
_TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that make a terminal write from the right."""


def render_plain(diagnostic: Diagnostic, color: bool = False, language: str = "en") -> str:
    """Several lines without a line break at the end. ``language`` is that of our own sentences; Falco's messages are English."""
    note, advice, fix = _LABELS.get(language, _LABELS["en"])

    def said(text: str) -> str:
        return _shown(in_language(text, language).replace("\n", " "))

    def paint(text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if color else text

    tint = _COLORS[diagnostic.severity]

    def mark(text: str) -> str:
        return paint(text, f"1;{tint}")

    message = said(diagnostic.message or SHORT_TEXT[diagnostic.code])
    head = f"{mark(f'{diagnostic.severity.value}[{diagnostic.code.value}]')}: {message}"
    span = diagnostic.span
    lines: list[str] = []
    if span is None:
        lines.append(head)
    else:
        lines.append(f"{paint(_place(span), '1')}: {head}")
        gutter = max(
            len(str(number)) for annotation in diagnostic.annotations for number in _line_numbers(annotation.span) if number
        )
        for annotation in sorted(diagnostic.annotations, key=lambda entry: not entry.primary):
            if annotation.span != span and not annotation.primary:
                lines.append(f"  {' ' * gutter} at {_place(annotation.span)}")
            lines.extend(_excerpt(annotation, said(annotation.message), gutter, mark))
    lines.extend(f"  {paint(note, '1')} {said(text)}" for text in diagnostic.notes)
    if diagnostic.help:
        lines.append(f"  {paint(advice, '1;32')} {said(diagnostic.help)}")
    if diagnostic.fix is not None:
        lines.append(f"  {paint(fix, '1;32')} {said(diagnostic.fix.title)}")
    return "\n".join(lines)


def _place(span: Span) -> str:
    place = span.position
    return f"{_shown(span.file.name)}:{place.line}:{place.column}"


def _line_numbers(span: Span) -> tuple[int | None, ...]:
    """Lines of a span that are shown; None where some are left out."""
    first, last = span.position.line, span.end_position.line
    if span.end > span.start and span.end_position.column == 1:
        last -= 1
    if last - first < _MAX_LINES:
        return tuple(range(first, max(first, last) + 1))
    return (*range(first, first + _MAX_LINES - 2), None, last)


def _excerpt(annotation: Annotation, said: str, gutter: int, mark: Callable[[str], str]) -> list[str]:
    """The lines of a place, each with its marks below; the message stands behind the last marks."""
    lines: list[str] = []
    caret = "^" if annotation.primary else "-"
    numbers = _line_numbers(annotation.span)
    for number in numbers:
        if number is None:
            lines.append(f"  {' ' * gutter} ...")
            continue
        line, start, length = _window(annotation.span, number)
        message = f" {said}" if said and number == numbers[-1] else ""
        lines.append(f"  {number:>{gutter}} | {line}".rstrip())
        if length or message:
            lines.append(f"  {' ' * gutter} | {' ' * start}{mark(caret * max(1, length))}{message}")
    return lines


def _window(span: Span, number: int) -> tuple[str, int, int]:
    """One line of a span with tabs made blanks, cut to a readable width; where the marks begin, and how many there are."""
    text, starts = span.file.text, span.file.line_starts
    line_start = starts[number - 1]
    line_end = starts[number] - 1 if number < len(starts) else len(text)
    while line_end > line_start and text[line_end - 1] == "\r":
        line_end -= 1
    first = number == span.position.line
    begin = min(span.start, line_end)
    if not first:
        begin = line_start
        while begin < line_end and text[begin].isspace():
            begin += 1
    end = max(begin, min(line_end, span.end))
    # Of a line without end only what can come into the picture is looked at.
    before = _shown(text[max(line_start, begin - _NEAR) : begin])
    marked, after = _shown(text[begin : min(end, begin + _NEAR)]), _shown(text[end : min(line_end, end + _NEAR)])
    start, length = display_width(before), display_width(marked)
    line = before + marked + after
    if display_width(line) > _MAX_WIDTH:
        if start + length > _MAX_WIDTH - 3:
            keep = _tail(before, 40)
            line, start = "..." + keep + marked + after, display_width(keep) + 3
        line = _head(line, _MAX_WIDTH)
        length = max(1, min(length, display_width(line) - start))
    return line, start, max(1, length) if first else length


def _shown(text: str) -> str:
    """Tabs become blanks and what moves a terminal's cursor a replacement, so that carets stay under their token."""
    if text.isascii() and text.isprintable():
        return text
    shown: list[str] = []
    for char in text:
        if char == "\t":
            shown.append(" " * _TAB)
        elif char in _TURNS or unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp"):
            shown.append("\ufffd")
        else:
            shown.append(char)
    return "".join(shown)


def padded(text: str, width: int) -> str:
    """``text`` with blanks up to ``width`` columns of a terminal; a longer one stays as it is."""
    return text + " " * max(0, width - display_width(text))


def display_width(text: str) -> int:
    """Columns of a terminal: wide characters take two, combining ones none."""
    if text.isascii():
        return len(text)
    width = 0
    for char in text:
        if unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Me", "Cf") or _joins(char):
            continue
        width += 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1
    return width


def _joins(char: str) -> bool:
    """Vowels and finals of Korean syllables written letter by letter (as macOS does in file names): they join the letter before."""
    return "\u1160" <= char <= "\u11ff" or "\ud7b0" <= char <= "\ud7ff"


def _head(text: str, width: int) -> str:
    return text[: _fitting(text, width)]


def _tail(text: str, width: int) -> str:
    count = _fitting(text[::-1], width)
    return text[len(text) - count :]


def _fitting(text: str, width: int) -> int:
    """How many characters from the start fit into so many columns."""
    used = 0
    for index, char in enumerate(text):
        used += display_width(char)
        if used > width:
            return index
    return len(text)
