"""A rules file cut into its items, so that while one of them is edited all others keep what was made of them.

An excerpt is a SourceFile of its own: places inside it do not move when something above it grows. ``Layout`` knows where each stands
in the learner's file, and the places in what leaves the loader are those.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from trainer.diagnostics import Annotation, Diagnostic, Edit, ItemRef, Mark
from trainer.source import SourceFile, Span, YamlNode, YamlSequence, compose, compose_anew, frozen

_MAX_SIZE = 1_000_000
"""Characters of a file that is cut; one that no person edits is read as a whole."""
_MAX_ITEMS = 1_000
"""Items of a file that is cut; the base rules of an exam node have 60."""
_ITEM = re.compile(r"^-(?=[ \n])", re.MULTILINE)
_BEFORE_ITEMS = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\n|---[ \t]*\n)*")
_NEXT_ITEM = "-\n"
_OTHER_DOCUMENT = re.compile(r"^(?:---|\.\.\.|%)", re.MULTILINE)


@dataclass(frozen=True)
class Excerpt(SourceFile):
    """One item with what follows it up to the next; what stands above the first item belongs to that.

    A next item, of no meaning, ends the text of all but the last: what is not finished shows itself by what comes after it.
    """

    twin: int = 0
    """How many equal items the file has above this one."""
    last: bool = True


@frozen
class Piece:
    """An excerpt, where it begins in its file, and its item."""

    excerpt: Excerpt
    start: int
    item: YamlNode


def cut(file: SourceFile) -> tuple[Piece, ...] | None:
    """The items of a file; None where they cannot be told apart without reading the whole: errors, anchors, several documents."""
    text = file.text
    if len(text) > _MAX_SIZE or "\r" in text or "\x04" in text or text.startswith("\ufeff"):
        return None
    starts = [found.start() for found in _ITEM.finditer(text)]
    if not 0 < len(starts) <= _MAX_ITEMS or _OTHER_DOCUMENT.search(text, starts[0]) is not None:
        return None
    above = _BEFORE_ITEMS.match(text)
    if above is None or above.end() != starts[0]:
        return None
    starts[0] = 0
    pieces: list[Piece] = []
    twins: dict[str, int] = {}
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        part = text[start:end]
        twin = twins[part] = twins.get(part, -1) + 1
        last = end == len(text)
        excerpt = _kept(file.name, part if last else part + _NEXT_ITEM, twin, last)
        item = _item(excerpt)
        if item is None:
            return None
        pieces.append(Piece(excerpt, start, item))
    return tuple(pieces)


@lru_cache(maxsize=8192)
def _kept(name: str, text: str, twin: int, last: bool) -> Excerpt:
    """Always the same object for the same item, so that what was made of it is found by identity."""
    return Excerpt(name, text, twin, last)


@lru_cache(maxsize=8192)
def _item(excerpt: Excerpt) -> YamlNode | None:
    composed = compose_anew(excerpt)
    if composed.error is not None or len(composed.documents) != 1:
        return None
    document = composed.documents[0]
    if not isinstance(document, YamlSequence) or document.flow or len(document.items) != (1 if excerpt.last else 2):
        return None
    return document.items[0]


def items_of(file: SourceFile) -> Sequence[YamlNode]:
    """The items of a file or of an excerpt; none where it is no list of items."""
    if isinstance(file, Excerpt):
        item = _item(file)
        return () if item is None else (item,)
    return [item for document in compose(file).documents if isinstance(document, YamlSequence) for item in document.items]


@dataclass
class Layout:
    """Where excerpts stand: a place in one becomes a place in the file that it was cut from; others stay as they are."""

    _places: dict[SourceFile, tuple[SourceFile, int, int, int]] = field(default_factory=dict)
    """An excerpt's file, and what stands above it there: characters, lines, bytes."""

    def add(self, file: SourceFile, pieces: tuple[Piece, ...]) -> None:
        done = lines = size = 0
        for piece in pieces:
            text = file.text[done : piece.start]
            lines += text.count("\n")
            size += len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
            done = piece.start
            self._places[piece.excerpt] = (file, done, lines, size)

    def copy(self) -> Layout:
        return Layout(dict(self._places))

    def of(self, file: SourceFile) -> Iterator[SourceFile]:
        """The excerpts of a file, or the file itself where it was not cut."""
        found = [excerpt for excerpt, (whole, *_) in self._places.items() if whole is file]
        yield from found or (file,)

    def file(self, file: SourceFile) -> SourceFile:
        place = self._places.get(file)
        return file if place is None else place[0]

    def span(self, span: Span) -> Span:
        place = self._places.get(span.file)
        return span if place is None else Span(place[0], place[1] + span.start, place[1] + span.end)

    def diagnostic(self, found: Diagnostic) -> Diagnostic:
        if not any(annotation.span.file in self._places for annotation in found.annotations):
            return found
        fix = found.fix
        if fix is not None:
            fix = replace(fix, edits=tuple(Edit(self.span(edit.span), edit.text) for edit in fix.edits))
        return replace(
            found,
            annotations=tuple(Annotation(self.span(a.span), a.message, a.primary) for a in found.annotations),
            fix=fix,
            context=tuple(self._ref(link) for link in found.context),
        )

    def _ref(self, link: ItemRef) -> ItemRef:
        place = self._places.get(link.file) if link.file is not None else None
        if place is None or link.item_type == "rules content":
            return link
        file, _, lines, size = place
        mark = link.mark
        moved = Mark(mark.line + lines, mark.column, mark.offset + size)
        return ItemRef(link.item_type, link.item_name, link.file_name, moved, file)
