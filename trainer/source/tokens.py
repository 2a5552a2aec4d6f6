"""The tokens that YAML is cut into, and what the scanner keeps about lines and keys that are still open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto


class Kind(Enum):
    DIRECTIVE = auto()
    DOC_START = auto()
    DOC_END = auto()
    BLOCK_SEQ_START = auto()
    BLOCK_MAP_START = auto()
    BLOCK_SEQ_END = auto()
    BLOCK_MAP_END = auto()
    BLOCK_ENTRY = auto()
    FLOW_SEQ_START = auto()
    FLOW_MAP_START = auto()
    FLOW_SEQ_END = auto()
    FLOW_MAP_END = auto()
    FLOW_ENTRY = auto()
    KEY = auto()
    VALUE = auto()
    ANCHOR = auto()
    ALIAS = auto()
    TAG = auto()
    PLAIN = auto()
    QUOTED = auto()


class Status(Enum):
    VALID = auto()
    INVALID = auto()
    UNVERIFIED = auto()


@dataclass(eq=False)
class Token:
    kind: Kind
    start: int
    end: int
    value: str = ""
    style: str = ""
    starts: Sequence[int] = ()
    """Of a scalar: where each character of the value begins in the text, and below, where it ends."""
    ends: Sequence[int] = ()
    params: tuple[str, ...] = ()
    status: Status = Status.VALID


@dataclass(eq=False)
class Indent:
    column: int
    kind: Kind | None
    """BLOCK_SEQ_START, BLOCK_MAP_START, or None for the outermost."""
    status: Status = Status.VALID
    token: Token | None = None


@dataclass(eq=False)
class SimpleKey:
    pos: int
    line_start: int
    flow_level: int
    key: Token
    indent: Indent | None

    def settle(self, status: Status) -> None:
        self.key.status = status
        if self.indent is not None:
            self.indent.status = status
            if self.indent.token is not None:
                self.indent.token.status = status
