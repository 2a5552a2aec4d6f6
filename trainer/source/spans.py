"""Where text is: files, spans and the map from a decoded YAML value back to the learner's file.

Offsets are code points into ``SourceFile.text``; the only position stored is ``Span``. Lines and columns are made for display.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from trainer.source.frozen import frozen

_LINE_FEED = re.compile("\n")


@dataclass(frozen=True)
class SourceFile:
    """A file's name as shown to the user, and its text."""

    name: str
    text: str = field(repr=False)

    @cached_property
    def line_starts(self) -> tuple[int, ...]:
        return (0, *[found.end() for found in _LINE_FEED.finditer(self.text)])

    def position(self, offset: int) -> Position:
        offset = max(0, min(offset, len(self.text)))
        line = bisect_right(self.line_starts, offset)
        return Position(line, offset - self.line_starts[line - 1] + 1)

    def line_text(self, line: int) -> str:
        """Text of a 1-based line without its line break."""
        start = self.line_starts[line - 1]
        end = self.line_starts[line] - 1 if line < len(self.line_starts) else len(self.text)
        return self.text[start:end]

    def span(self, start: int, end: int) -> Span:
        return Span(self, start, end)

    @property
    def whole(self) -> Span:
        return Span(self, 0, len(self.text))


@frozen
class Position:
    """Line and column, both 1-based, for display."""

    line: int
    column: int


@frozen
class Span:
    """Half-open range of code points in a file."""

    file: SourceFile
    start: int
    end: int

    @property
    def text(self) -> str:
        return self.file.text[self.start : self.end]

    @property
    def position(self) -> Position:
        return self.file.position(self.start)

    @property
    def end_position(self) -> Position:
        return self.file.position(self.end)


@frozen
class Region:
    """Part of a mapped text that a list's items were put into, and the list's name."""

    start: int
    end: int
    list_name: str


@frozen
class MappedText:
    """A text whose characters know their place in the learner's file.

    Character ``i`` of ``text`` covers ``[starts[i], ends[i])`` of ``whole.file``. Both are None when the place of single
    characters is unknown (YAML escapes): every span is then ``whole``.
    """

    text: str
    whole: Span
    starts: Sequence[int] | None = None
    ends: Sequence[int] | None = None
    regions: tuple[Region, ...] = ()
    parts: tuple[tuple[int, MappedText], ...] = ()
    """Start and text of each part, when the parts come from several files."""

    @classmethod
    def plain(cls, text: str, name: str = "<condition>") -> MappedText:
        """A text that is its own file."""
        file = SourceFile(name, text)
        return cls(text, file.whole, range(len(text)), range(1, len(text) + 1))

    @classmethod
    def at(cls, text: str, place: Span, list_name: str = "") -> MappedText:
        """A text all of whose characters stand for ``place``, such as a list's items for the list's name."""
        size = len(text)
        regions = (Region(0, size, list_name),) if list_name else ()
        return cls(text, place, (place.start,) * size, (place.end,) * size, regions)

    @classmethod
    def join(cls, texts: Sequence[MappedText]) -> MappedText:
        """All in a row. Neighbours from one file become one text, so that a span may reach over them."""
        first, *rest = texts
        parts, regions, offset = list[tuple[int, MappedText]](), list[Region](), 0
        flat = [first] if first.text else []
        if first.parts:
            # What was joined before stays as it is, but for its end: a text may be appended to a thousand times.
            offset, last = first.parts[-1]
            flat = [last]
            parts.extend(first.parts[:-1])
            regions.extend(first.regions[: bisect_left(first.regions, offset, key=lambda region: region.start)])
        flat.extend(part for text in rest for _, part in (text.parts or ((0, text),)) if part.text)
        if not flat:
            return first
        groups = [[flat[0]]]
        for text in flat[1:]:
            before = groups[-1][-1]
            if before.starts is not None and text.starts is not None and before.whole.file == text.whole.file:
                groups[-1].append(text)
            else:
                groups.append([text])
        for made in map(_one_file, groups):
            regions.extend(Region(r.start + offset, r.end + offset, r.list_name) for r in made.regions)
            parts.append((offset, made))
            offset += len(made.text)
        if len(parts) == 1:
            return parts[0][1]
        return cls("".join(text.text for text in texts), parts[0][1].whole, regions=tuple(regions), parts=tuple(parts))

    def slice(self, start: int, end: int) -> MappedText:
        end = max(start, end)
        regions = tuple(
            Region(max(r.start, start) - start, min(r.end, end) - start, r.list_name)
            for r in self.regions
            if r.start < end and r.end > start
        )
        text = self.text[start:end]
        if self.parts:
            pieces = [
                part.slice(max(start - offset, 0), min(end - offset, len(part.text)))
                for offset, part in self.parts
                if offset < end and offset + len(part.text) > start
            ]
            return MappedText.join(pieces) if pieces else MappedText("", self.span(start, start))
        if self.starts is None or self.ends is None:
            return MappedText(text, self.whole, regions=regions)
        return MappedText(text, self.whole, self.starts[start:end], self.ends[start:end], regions)

    def span(self, start: int, end: int) -> Span:
        """Place of ``text[start:end]``; an empty range gives the empty span before ``start``."""
        if self.parts:
            offset, part = self.parts[max(0, bisect_right(self.parts, start, key=lambda entry: entry[0]) - 1)]
            return part.span(start - offset, min(end - offset, len(part.text)))
        if self.starts is None or self.ends is None or not self.text:
            return self.whole
        file = self.whole.file
        if start >= len(self.text):
            return Span(file, self.ends[-1], self.ends[-1])
        if end <= start:
            return Span(file, self.starts[start], self.starts[start])
        # Where a list's items stand for its name, or an append was written above, the first character need not come first.
        last = min(end, len(self.text)) - 1
        return Span(file, min(self.starts[start], self.starts[last]), max(self.ends[start], self.ends[last]))


def _one_file(texts: Sequence[MappedText]) -> MappedText:
    """A row of mapped texts of one file."""
    if len(texts) == 1:
        return texts[0]
    starts, ends, regions, offset = array("I"), array("I"), list[Region](), 0
    for text in texts:
        starts.extend(text.starts or ())
        ends.extend(text.ends or ())
        for region in text.regions:
            moved = Region(region.start + offset, region.end + offset, region.list_name)
            if regions and regions[-1].end == moved.start and regions[-1].list_name == moved.list_name:
                moved = Region(regions.pop().start, moved.end, moved.list_name)
            regions.append(moved)
        offset += len(text.text)
    return MappedText("".join(text.text for text in texts), texts[0].whole, starts, ends, tuple(regions))
