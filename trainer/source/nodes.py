"""The tree that a YAML document becomes. Every node knows its place, and the place where yaml-cpp would say it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple, TypeAlias

from trainer.source.frozen import frozen
from trainer.source.spans import MappedText, Span


class YamlMark(NamedTuple):
    """yaml-cpp's mark: line and column from 0, column and offset counted in UTF-8 bytes."""

    line: int
    column: int
    offset: int


@frozen
class YamlError:
    message: str
    """yaml-cpp's text without its position."""
    mark: YamlMark
    span: Span
    is_conversion: bool = False
    """True for a key that is no scalar, which Falco finds after parsing."""

    @property
    def full_message(self) -> str:
        return f"yaml-cpp: error at line {self.mark.line + 1}, column {self.mark.column + 1}: {self.message}"


@frozen
class YamlScalar:
    value: str
    style: str
    """Empty for a plain scalar, else its indicator."""
    tag: str
    span: Span
    mark: YamlMark
    mapped: MappedText = field(repr=False)
    null: bool = False


@frozen
class YamlSequence:
    items: tuple[YamlNode, ...]
    span: Span
    mark: YamlMark
    flow: bool = False

    def __iter__(self) -> Iterator[YamlNode]:
        return iter(self.items)


@dataclass(frozen=True)
class YamlMapping:
    pairs: tuple[tuple[YamlNode, YamlNode], ...]
    span: Span
    mark: YamlMark
    flow: bool = False

    @cached_property
    def _first(self) -> dict[str, tuple[YamlNode, YamlNode]]:
        """Of equal keys the first counts, as in yaml-cpp."""
        found: dict[str, tuple[YamlNode, YamlNode]] = {}
        for name, value in self.pairs:
            text = key_text(name)
            if text is not None:
                found.setdefault(text, (name, value))
        return found

    def get(self, key: str) -> YamlNode | None:
        """Value of the first such key."""
        pair = self._first.get(key)
        return pair[1] if pair else None

    def key(self, key: str) -> YamlNode | None:
        """The key's own node."""
        pair = self._first.get(key)
        return pair[0] if pair else None

    def keys(self) -> tuple[str, ...]:
        return tuple(key_text(name) or "" for name, _ in self.pairs)


YamlNode: TypeAlias = YamlScalar | YamlSequence | YamlMapping


@frozen
class Composed:
    documents: tuple[YamlNode | None, ...]
    error: YamlError | None = None


def scalars(node: YamlNode) -> Iterator[YamlScalar]:
    """Every scalar in a node, keys too, in the order of the file."""
    if isinstance(node, YamlScalar):
        yield node
    elif isinstance(node, YamlSequence):
        for item in node.items:
            yield from scalars(item)
    else:
        for key, value in node.pairs:
            yield from scalars(key)
            yield from scalars(value)


def key_text(node: YamlNode) -> str | None:
    if not isinstance(node, YamlScalar):
        return None
    return "null" if node.null else node.value


def is_null(node: YamlNode | None) -> bool:
    return node is None or (isinstance(node, YamlScalar) and node.null)
