"""YAML documents as trees whose every node knows its place, composed the way yaml-cpp (Falco's parser) does it.

Bad input is a value: ``Composed.error``. Of two equal keys the first wins, ``<<`` is an ordinary key, tags change nothing.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Generator
from functools import lru_cache
from typing import Any, TypeAlias

from trainer.source.nodes import Composed, YamlError, YamlMapping, YamlMark, YamlNode, YamlScalar, YamlSequence, is_null, key_text
from trainer.source.plain import plain
from trainer.source.scalars import YamlProblem
from trainer.source.scanner import Scanner
from trainer.source.spans import MappedText, SourceFile
from trainer.source.tokens import Kind, Token

MAX_SIZE = 10_000_000
"""Code points of a file that is still read."""
MAX_DEPTH = 500
_REPEATED_BASE, _REPEATED_TIMES = 50_000, 4
"""Characters that aliases may stand for: so many, and so many times the file's own."""
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})


@lru_cache(maxsize=32)
def compose(file: SourceFile) -> Composed:
    """All documents of a file; an empty or null document is None. The last ones are remembered."""
    return compose_anew(file)


def compose_anew(file: SourceFile) -> Composed:
    """As ``compose``, for callers with a memory of their own."""
    if len(file.text) > MAX_SIZE:
        return Composed((), YamlError(f"file is larger than {MAX_SIZE} characters", YamlMark(0, 0, 0), file.span(0, 0)))
    return _Composer(file).run()


_Work: TypeAlias = Generator[Any, Any, Any]
"""Composing one node: yields the work on a child and is sent the child. So depth costs no stack."""


def _run(work: _Work) -> YamlNode:
    stack, sent = [work], None
    while stack:
        try:
            stack.append(stack[-1].send(sent))
            sent = None
        except StopIteration as done:
            stack.pop()
            sent = done.value
    assert isinstance(sent, YamlScalar | YamlSequence | YamlMapping)
    return sent


class _Composer:
    def __init__(self, file: SourceFile) -> None:
        self.file = file
        # yaml-cpp takes its own end-of-input mark, 0x04, for the end.
        text = file.text.split("\x04", 1)[0]
        start = 1 if text.startswith("\ufeff") else 0
        self.scanner = Scanner(text, start, start)
        self.ascii = file.text.isascii()
        self.first_line = start
        self._line_bytes: list[int] | None = None
        self.anchors: dict[str, YamlNode] = {}
        self.sizes: dict[str, int] = {}
        """Characters that each anchor's node stands for, those of its own aliases too."""
        self.repeated = 0

    def run(self) -> Composed:
        documents: list[YamlNode | None] = []
        scanner = self.scanner
        try:
            while True:
                while (token := scanner.peek()) is not None and token.kind is Kind.DIRECTIVE:
                    self._directive(token)
                    scanner.pop()
                if token is None:
                    break
                self.anchors.clear()
                if token.kind is Kind.DOC_START:
                    scanner.pop()
                before = scanner.peek()
                node = _run(self._node(0, False))
                documents.append(None if is_null(node) else node)
                after = scanner.peek()
                while after is not None and after.kind is Kind.DOC_END:
                    scanner.pop()
                    after = scanner.peek()
                if after is not None and after is before and token.kind is not Kind.DOC_START:
                    # A token that starts no node: yaml-cpp would loop for ever.
                    raise YamlProblem(after.start, "unknown token")
        except YamlProblem as problem:
            mark = self.mark(problem.offset, at_end=scanner.ended)
            offset = min(problem.offset, len(self.file.text))
            return Composed(
                tuple(documents), YamlError(problem.message, mark, self.file.span(offset, min(offset + 1, len(self.file.text))))
            )
        for document in documents:
            if document is not None and (bad := _bad_key(document)):
                return Composed(tuple(documents), YamlError("bad conversion", bad.mark, bad.span, is_conversion=True))
        return Composed(tuple(documents))

    def mark(self, offset: int, at_end: bool = False) -> YamlMark:
        starts = self.file.line_starts
        line = bisect_right(starts, offset) - 1
        start = starts[line]
        if line == 0:
            start = self.first_line
        column = offset - start
        if at_end and offset >= len(self.scanner.text):
            column = 0
        if self.ascii:
            return YamlMark(line, column, offset)
        if self._line_bytes is None:
            sizes = [0]
            starts = (*self.file.line_starts, len(self.file.text))
            for index in range(len(starts) - 1):
                begin = self.first_line if index == 0 else starts[index]
                sizes.append(sizes[-1] + _byte_length(self.file.text[begin : starts[index + 1]]))
            self._line_bytes = sizes
        used = _byte_length(self.file.text[start:offset])
        return YamlMark(line, used if column else 0, self._line_bytes[line] + used)

    def _directive(self, token: Token) -> None:
        if token.value == "YAML":
            if len(token.params) != 1:
                raise YamlProblem(token.start, "YAML directives must have exactly one argument")
            match = re.fullmatch(r"([0-9]+)\.([0-9]+)", token.params[0])
            if match is None:
                raise YamlProblem(token.start, f"bad YAML version: {token.params[0]}")
            if match.group(1).lstrip("0") not in ("", "1"):
                raise YamlProblem(token.start, "YAML major version too large")
        elif token.value == "TAG" and len(token.params) != 2:
            raise YamlProblem(token.start, "TAG directives must have exactly two arguments")

    # Nodes.

    def _scalar_at_once(self, depth: int) -> YamlScalar | None:
        """The next node if it is a scalar with neither tag nor anchor, as most are: without the cost of a generator."""
        token = self.scanner.peek()
        if token is None or (token.kind is not Kind.PLAIN and token.kind is not Kind.QUOTED) or depth > MAX_DEPTH:
            return None
        self.scanner.pop()
        return self._scalar(token, token.start, "", token.kind is Kind.PLAIN and token.value in _NULLS)

    def _node(self, depth: int, in_flow_sequence: bool) -> _Work:
        scanner = self.scanner
        token = scanner.peek()
        start = token.start if token else scanner.pos
        if depth > MAX_DEPTH:
            raise YamlProblem(start, "bad file")
        if token is None:
            return self._null(start)
        if token.kind is Kind.VALUE:
            return (yield self._compact_map(start, depth))
        if token.kind is Kind.ALIAS:
            scanner.pop()
            if token.value not in self.anchors:
                raise YamlProblem(start, f"the referenced anchor is not defined: {token.value}")
            self._repeat(token)
            return self.anchors[token.value]
        tag = anchor = ""
        repeated = self.repeated
        while (token := scanner.peek()) is not None and token.kind in (Kind.TAG, Kind.ANCHOR):
            if token.kind is Kind.TAG:
                if tag:
                    raise YamlProblem(token.start, "cannot assign multiple tags to the same node")
                tag = token.value
            else:
                if anchor:
                    raise YamlProblem(token.start, "cannot assign multiple anchors to the same node")
                anchor = token.value
                # A node that holds its own alias would have no end: the alias inside is null.
                self.anchors[anchor] = self._null(token.start)
            scanner.pop()
        node = yield self._content(token, start, tag, depth, in_flow_sequence)
        if anchor:
            self.anchors[anchor] = node
            self.sizes[anchor] = node.span.end - node.span.start + self.repeated - repeated
        return node

    def _repeat(self, alias: Token) -> None:
        """Every reader of the tree goes through what an alias stands for again. yaml-cpp has no limit, and Falco never comes back."""
        self.repeated += self.sizes.get(alias.value, 0)
        if self.repeated > _REPEATED_BASE + _REPEATED_TIMES * len(self.file.text):
            raise YamlProblem(alias.start, "the aliases stand for far more text than the file has")

    def _content(self, token: Token | None, start: int, tag: str, depth: int, in_flow_sequence: bool) -> _Work:
        if token is None:
            return self._null(start)
        match token.kind:
            case Kind.PLAIN | Kind.QUOTED:
                self.scanner.pop()
                null = token.kind is Kind.PLAIN and not tag and token.value in _NULLS
                return self._scalar(token, start, tag, null)
            case Kind.BLOCK_SEQ_START:
                return (yield self._block_sequence(start, depth))
            case Kind.FLOW_SEQ_START:
                return (yield self._flow_sequence(start, depth))
            case Kind.BLOCK_MAP_START:
                return (yield self._block_map(start, depth))
            case Kind.FLOW_MAP_START:
                return (yield self._flow_map(start, depth))
            case Kind.KEY if in_flow_sequence:
                return (yield self._compact_map(start, depth))
            case _:
                if not tag:
                    return self._null(start)
                span = self.file.span(start, start + len(tag))
                return YamlScalar("", "", tag, span, self.mark(start), MappedText("", span))

    def _null(self, start: int) -> YamlScalar:
        span = self.file.span(start, start)
        return YamlScalar("", "", "", span, self.mark(start), MappedText("", span), null=True)

    def _scalar(self, token: Token, start: int, tag: str, null: bool) -> YamlScalar:
        span = self.file.span(token.start, token.end)
        mapped = MappedText(token.value, span, token.starts, token.ends)
        return YamlScalar(token.value, token.style, tag, span, self.mark(start), mapped, null)

    def _end(self, start: int) -> int:
        """End of the collection that was just read, without the blank lines after it."""
        text = self.scanner.text
        token = self.scanner.peek()
        end = token.start if token else self.scanner.pos
        return max(start, len(text[:end].rstrip()) if end > start and text[end - 1 : end].isspace() else end)

    def _block_sequence(self, start: int, depth: int) -> _Work:
        scanner, items = self.scanner, list[YamlNode]()
        scanner.pop()
        while True:
            token = scanner.peek()
            if token is None or token.kind not in (Kind.BLOCK_ENTRY, Kind.BLOCK_SEQ_END):
                raise YamlProblem(token.start if token else scanner.pos, "end of sequence not found")
            scanner.pop()
            if token.kind is Kind.BLOCK_SEQ_END:
                break
            following = scanner.peek()
            if following is not None and following.kind in (Kind.BLOCK_ENTRY, Kind.BLOCK_SEQ_END):
                items.append(self._null(following.start))
            else:
                items.append(self._scalar_at_once(depth + 1) or (yield self._node(depth + 1, False)))
        return YamlSequence(tuple(items), self.file.span(start, self._end(start)), self.mark(start))

    def _flow_sequence(self, start: int, depth: int) -> _Work:
        scanner, items = self.scanner, list[YamlNode]()
        scanner.pop()
        while True:
            token = scanner.peek()
            if token is None:
                raise YamlProblem(scanner.pos, "end of sequence flow not found")
            if token.kind is Kind.FLOW_SEQ_END:
                scanner.pop()
                break
            items.append(self._scalar_at_once(depth + 1) or (yield self._node(depth + 1, True)))
            token = scanner.peek()
            if token is not None and token.kind is Kind.FLOW_ENTRY:
                scanner.pop()
            elif token is None or token.kind is not Kind.FLOW_SEQ_END:
                raise YamlProblem(token.start if token else scanner.pos, "end of sequence flow not found")
        return YamlSequence(tuple(items), self.file.span(start, token.end), self.mark(start), flow=True)

    def _pair(self, token: Token, depth: int) -> _Work:
        if token.kind is Kind.KEY:
            self.scanner.pop()
            key = self._scalar_at_once(depth + 1) or (yield self._node(depth + 1, False))
        else:
            key = self._null(token.start)
        following = self.scanner.peek()
        if following is None or following.kind is not Kind.VALUE:
            return key, self._null(token.start)
        self.scanner.pop()
        return key, self._scalar_at_once(depth + 1) or (yield self._node(depth + 1, False))

    def _block_map(self, start: int, depth: int) -> _Work:
        scanner, pairs = self.scanner, list[tuple[YamlNode, YamlNode]]()
        scanner.pop()
        while True:
            token = scanner.peek()
            if token is None or token.kind not in (Kind.KEY, Kind.VALUE, Kind.BLOCK_MAP_END):
                raise YamlProblem(token.start if token else scanner.pos, "end of map not found")
            if token.kind is Kind.BLOCK_MAP_END:
                scanner.pop()
                break
            pairs.append((yield self._pair(token, depth)))
        return YamlMapping(tuple(pairs), self.file.span(start, self._end(start)), self.mark(start))

    def _flow_map(self, start: int, depth: int) -> _Work:
        scanner, pairs = self.scanner, list[tuple[YamlNode, YamlNode]]()
        scanner.pop()
        while True:
            token = scanner.peek()
            if token is None:
                raise YamlProblem(scanner.pos, "end of map flow not found")
            if token.kind is Kind.FLOW_MAP_END:
                scanner.pop()
                break
            pairs.append((yield self._pair(token, depth)))
            token = scanner.peek()
            if token is not None and token.kind is Kind.FLOW_ENTRY:
                scanner.pop()
            elif token is None or token.kind is not Kind.FLOW_MAP_END:
                raise YamlProblem(token.start if token else scanner.pos, "end of map flow not found")
        return YamlMapping(tuple(pairs), self.file.span(start, token.end), self.mark(start), flow=True)

    def _compact_map(self, start: int, depth: int) -> _Work:
        token = self.scanner.peek()
        assert token is not None
        pair = yield self._pair(token, depth)
        return YamlMapping((pair,), self.file.span(start, pair[1].span.end), self.mark(start), flow=True)


def _byte_length(text: str) -> int:
    """Bytes of the file; a byte that is no UTF-8 stands as one surrogate."""
    return len(text.encode("utf-8", "replace"))


def _bad_key(root: YamlNode) -> YamlNode | None:
    """First key that is not a scalar."""
    pending, seen = [root], set[int]()
    while pending:
        node = pending.pop()
        if isinstance(node, YamlScalar) or id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, YamlMapping):
            for key, _ in node.pairs:
                if not isinstance(key, YamlScalar):
                    return key
            pending.extend(value for _, value in reversed(node.pairs))
        else:
            pending.extend(reversed(node.items))
    return None


__all__ = [
    "Composed",
    "YamlError",
    "YamlMapping",
    "YamlMark",
    "YamlNode",
    "YamlScalar",
    "YamlSequence",
    "compose",
    "is_null",
    "key_text",
    "plain",
]
