"""Field transformers (language.md section 1.5): values to values, and the type checks with Falco's messages."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from trainer.engine.evaluate.constants import STRINGS, to_bytes, to_text

SINGLE = ("tolower", "toupper", "b64", "basename", "len")
_ACCEPTS: dict[str, frozenset[str]] = {
    "tolower": STRINGS,
    "toupper": STRINGS,
    "b64": frozenset({"CHARBUF", "BYTEBUF"}),
    "basename": STRINGS,
    "len": STRINGS | {"BYTEBUF"},
}


def result_type(transformer: str, type_: str, is_list: bool) -> tuple[str, bool] | None:
    """Type and listness after the transformer, or None when the input type is not supported."""
    if transformer == "len":
        return ("UINT64", False) if is_list or type_ in _ACCEPTS["len"] else None
    return (type_, is_list) if type_ in _ACCEPTS[transformer] else None


def apply_single(transformer: str, value: Any) -> Any:
    """The transformed value; None where the extraction fails (bad base64)."""
    if value is None:
        return None
    if isinstance(value, tuple):
        return len(value) if transformer == "len" else tuple(apply_single(transformer, item) for item in value)
    if not isinstance(value, str | bytes):
        value = text_of(value)
    if transformer == "len":
        return len(to_bytes(value)) if isinstance(value, str) else len(value)
    if transformer != "b64" and isinstance(value, bytes):
        value = to_text(value)
    if transformer == "tolower":
        return "".join(chr(ord(c) + 32) if "A" <= c <= "Z" else c for c in value)
    if transformer == "toupper":
        return "".join(chr(ord(c) - 32) if "a" <= c <= "z" else c for c in value)
    if transformer == "basename":
        return value.rsplit("/", 1)[-1]
    decoded = _decoded(to_bytes(value) if isinstance(value, str) else value)
    return to_text(decoded) if decoded is not None and isinstance(value, str) else decoded


def _decoded(raw: bytes) -> bytes | None:
    """Base64 with or without padding; None for other characters, and for a last one with bits to spare."""
    bare = raw.rstrip(b"=")
    try:
        decoded = base64.b64decode(bare + b"=" * (-len(bare) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
    return decoded if base64.b64encode(decoded).rstrip(b"=") == bare else None


def text_of(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return to_text(value) if isinstance(value, bytes) else str(value)


def join(separator: Any, items: Any) -> Any:
    """None when a part is null."""
    if separator is None or items is None or any(item is None for item in items):
        return None
    return text_of(separator).join(text_of(item) for item in items)


def getopt(arguments: Any, options: str) -> tuple[tuple[str, str], ...] | None:
    """POSIX short options as (option, value) pairs, up to the first word that is none.

    An option without a value has itself as value; ``?`` stands for an unknown one.
    """
    if arguments is None:
        return None
    takes = {char: options[index + 1 : index + 2] == ":" for index, char in enumerate(options) if char != ":"}
    found: list[tuple[str, str]] = []
    items = list(arguments)
    index = 0
    while index < len(items):
        item = items[index]
        index += 1
        if item == "--" or not item.startswith("-") or item == "-":
            break
        if item.startswith("--"):
            continue
        place = 1
        while place < len(item):
            char = item[place]
            place += 1
            if char not in takes:
                found.append(("?", "?"))
            elif not takes[char]:
                found.append((char, char))
            else:
                value = item[place:]
                if not value and index < len(items):
                    value = items[index]
                    index += 1
                found.append((char, value))
                break
    return tuple(found)
