"""A diagnostic as text for a terminal: place, message, the source line with a caret under the exact token, help."""

from __future__ import annotations

import unicodedata

from trainer.diagnostics.codes import SHORT_TEXT
from trainer.diagnostics.model import Annotation, Diagnostic, Severity
from trainer.source import Span

_COLORS = {Severity.ERROR: "31", Severity.WARNING: "33", Severity.INFO: "36"}
_TAB = 4
_MAX_WIDTH = 160


def render_plain(diagnostic: Diagnostic, color: bool = False) -> str:
    """Several lines without a line break at the end."""

    def paint(text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if color else text

    tint = _COLORS[diagnostic.severity]
    message = diagnostic.message or SHORT_TEXT[diagnostic.code]
    head = f"{paint(f'{diagnostic.severity.value}[{diagnostic.code.value}]', f'1;{tint}')}: {message}"
    span = diagnostic.span
    lines: list[str] = []
    if span is None:
        lines.append(head)
    else:
        place = span.position
        lines.append(f"{paint(f'{span.file.name}:{place.line}:{place.column}', '1')}: {head}")
        for annotation in sorted(diagnostic.annotations, key=lambda entry: not entry.primary):
            lines.extend(_excerpt(annotation, lambda text: paint(text, f"1;{tint}")))
    lines.extend(f"  {paint('note:', '1')} {note}" for note in diagnostic.notes)
    if diagnostic.help:
        lines.append(f"  {paint('help:', '1;32')} {diagnostic.help}")
    if diagnostic.fix is not None:
        lines.append(f"  {paint('fix:', '1;32')} {diagnostic.fix.title}")
    return "\n".join(lines)


def _excerpt(annotation: Annotation, tint: object) -> list[str]:
    span = annotation.span
    position = span.position
    line, start, length = _window(span)
    caret = "^" if annotation.primary else "-"
    marks = caret * max(1, length)
    mark = tint(marks) if callable(tint) else marks
    number = str(position.line)
    message = f" {annotation.message}" if annotation.message else ""
    return [f"  {number} | {line}", f"  {' ' * len(number)} | {' ' * start}{mark}{message}"]


def _window(span: Span) -> tuple[str, int, int]:
    """The first line of a span with tabs made blanks, cut to a readable width; where the marks begin, and how many there are."""
    position = span.position
    text = span.file.line_text(position.line).rstrip("\r")
    begin = position.column - 1
    end = max(begin, min(len(text), begin + span.end - span.start))
    before, marked, after = _shown(text[:begin]), _shown(text[begin:end], _width(text[:begin])), _shown(text[end:])
    start, length = display_width(before), display_width(marked)
    line = before + marked + after
    if display_width(line) > _MAX_WIDTH:
        if start + length > _MAX_WIDTH - 3:
            keep = _tail(before, 40)
            line, start = "..." + keep + marked + after, display_width(keep) + 3
        line = _head(line, _MAX_WIDTH)
        length = max(1, min(length, display_width(line) - start))
    return line, start, length


def _shown(text: str, column: int = 0) -> str:
    """Tabs become blanks and control characters a replacement, so that carets stay under their token."""
    shown: list[str] = []
    for char in text:
        if char == "\t":
            shown.append(" " * _TAB)
        elif unicodedata.category(char) in ("Cc", "Cs"):
            shown.append("\ufffd")
        else:
            shown.append(char)
    return "".join(shown)


def _width(text: str) -> int:
    return display_width(_shown(text))


def display_width(text: str) -> int:
    """Columns of a terminal: wide characters take two, combining ones none."""
    width = 0
    for char in text:
        if unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Me", "Cf"):
            continue
        width += 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1
    return width


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
