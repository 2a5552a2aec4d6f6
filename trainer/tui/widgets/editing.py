"""What an editor of YAML does by itself: the indentation of a new line, comments on and off. Text in, text out."""

from __future__ import annotations

import re
from collections.abc import Sequence

_OPENS = re.compile(r"(?::|[:\s][>|][+-]?\d?[+-]?)\s*(?:\s#.*)?$")
_ITEM = re.compile(r"- +")
_COMMENT = re.compile(r"(\s*)#\s?")


def next_indent(line: str) -> str:
    """Blanks for the line after ``line``: as deep, inside an item as its keys, and deeper below a key that opens something."""
    lead = line[: len(line) - len(line.lstrip(" "))]
    rest = line[len(lead) :]
    item = _ITEM.match(rest)
    deep = lead + " " * item.end() if item else lead
    return deep + "  " if _OPENS.search(line) else deep


def toggled(lines: Sequence[str]) -> list[str]:
    """The lines as comments, or as what they were when all of them are comments; empty lines stay."""
    full = [line for line in lines if line.strip()]
    if full and all(line.lstrip().startswith("#") for line in full):
        return [_COMMENT.sub(r"\1", line, count=1) if line.strip() else line for line in lines]
    depth = min((len(line) - len(line.lstrip(" ")) for line in full), default=0)
    return [f"{line[:depth]}# {line[depth:]}" if line.strip() else line for line in lines]
