"""Where in a rules file a message belongs: Falco's chain of items, and the snippet that it prints under it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from trainer.diagnostics import Annotation, Code, Diagnostic, ItemRef, Mark, Severity
from trainer.engine.rules.chains import Trail
from trainer.source import SourceFile, Span, YamlMark, frozen

_HALF_WIDTH = 80
_NO_BYTE = re.compile("[\ud800-\udc7f]")
"""Surrogates that stand for no byte of a file."""


@frozen
class Context:
    """One link of the chain, outermost reachable through ``parent``."""

    item_type: str
    item_name: str
    file: SourceFile
    mark: YamlMark
    span: Span
    """What to underline when no smaller place is known."""
    parent: Context | None = None
    alternative: str | None = None
    """The condition's text, where the position is inside a condition: Falco then cuts its snippet from that."""
    shown_name: str | None = None
    """What stands in the place of the file name."""

    def child(self, item_type: str, name: str, mark: YamlMark, span: Span) -> Context:
        return Context(item_type, name, self.file, mark, span, self)

    def expression(self, condition: str, pos: int | None, span: Span) -> Context:
        """Inside a condition, at code point ``pos``; None is the place of a node that knows none."""
        if pos is None:
            line = column = offset = 0
        else:
            before = condition[:pos]
            line = before.count("\n") + before.count("\r") + 1
            tail = before[max(before.rfind("\n"), before.rfind("\r")) + 1 :]
            column, offset = len(_encode(tail)) + 1, len(_encode(before))
        mark = YamlMark(self.mark.line + line, self.mark.column + column, self.mark.offset + offset)
        raw = _encode(condition)
        name = f'"{_decode(raw[:17])}..."' if len(raw) > 20 else f'"{condition}"'
        name = name.replace("\n", " ").replace("\r", " ")
        return Context("condition expression", "", self.file, mark, span, self, condition, name)

    def refs(self) -> tuple[ItemRef, ...]:
        links: list[ItemRef] = []
        link: Context | None = self
        while link is not None:
            name = link.shown_name if link.shown_name is not None else link.file.name
            links.append(ItemRef(link.item_type, link.item_name, name, Mark(*link.mark), link.file))
            link = link.parent
        return tuple(reversed(links))

    def snippet(self) -> str:
        content = _kept_bytes(self.alternative if self.alternative is not None else self.file.text)
        return snippet(content, self.mark.offset)


def snippet(content: bytes, offset: int) -> str:
    """The line of ``offset`` with a caret below, at most 80 bytes to each side."""
    if not content:
        return "<No context available>\n"
    place = min(offset, len(content) - 1)
    while place > 0 and content[place] == 10:
        place -= 1
    start = end = place
    while start > 0 and content[start] != 10 and place - start < _HALF_WIDTH:
        start -= 1
    while end < len(content) - 1 and content[end] != 10 and end - place < _HALF_WIDTH:
        end += 1
    if content[start] == 10:
        start += 1
    if content[end] == 10:
        end -= 1
    line = content[start : end + 1]
    if not line:
        return "<No context available>\n"
    if place - start >= _HALF_WIDTH:
        line = b"..." + line[3:]
    if end - place >= _HALF_WIDTH:
        line = line[:-3] + b"..."
    text = _decode(line) + "\n"
    if place - start <= len(line):
        text += " " * (place - start) + "^\n"
    return text


def _encode(text: str) -> bytes:
    """The bytes of the file; a byte that was no UTF-8 stands as a surrogate."""
    return text.encode("utf-8", "replace" if _NO_BYTE.search(text) else "surrogateescape")


@lru_cache(maxsize=4)
def _kept_bytes(text: str) -> bytes:
    """Of a text that many messages are cut from."""
    return _encode(text)


def _decode(data: bytes) -> str:
    return data.decode("utf-8", "replace")


class Refused(Exception):
    """Leaves the work on one item with its error; the loader puts the Diagnostic where its mode wants it."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic


def error(
    code: Code,
    message: str,
    context: Context,
    span: Span | None = None,
    trail: Trail | None = None,
    *,
    hint: str = "",
    **params: str,
) -> Refused:
    """The exception to raise for an error."""
    return Refused(_diagnostic(code, Severity.ERROR, message, context, span, trail, params, hint))


def _diagnostic(
    code: Code,
    severity: Severity,
    message: str,
    context: Context,
    span: Span | None,
    trail: Trail | None,
    params: dict[str, str],
    hint: str = "",
    deprecated_field: str | None = None,
) -> Diagnostic:
    beside = trail or Trail()
    return Diagnostic(
        code,
        severity,
        message,
        annotations=(Annotation(span or context.span), *beside.annotations),
        context=context.refs(),
        snippet=context.snippet(),
        help=hint,
        notes=beside.notes,
        params=params,
        deprecated_field=deprecated_field,
    )


@dataclass
class Sink:
    """Collects the messages of the file that is being loaded."""

    errors: list[Diagnostic] = field(default_factory=list)
    warnings: list[Diagnostic] = field(default_factory=list)

    def warn(
        self,
        code: Code,
        message: str,
        context: Context,
        span: Span | None = None,
        *,
        deprecated_field: str | None = None,
        trail: Trail | None = None,
        **params: str,
    ) -> None:
        self.warnings.append(
            _diagnostic(code, Severity.WARNING, message, context, span, trail, params, deprecated_field=deprecated_field)
        )
