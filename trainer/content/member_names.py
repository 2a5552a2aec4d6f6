"""Which file names a pack may have: such that no system takes one for another, and none leads out of the pack's folder."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

MANIFEST: Final = "manifest.json"
FOLDERS: Final = ("exercises", "scenarios")
TOP_FILES: Final = ("LICENSE", "LICENSE.txt", "LICENSE.md", "NOTICE", "README.md", "CHANGELOG.md")

_MAX_PATH = 150
"""Short enough for every split that a tar header makes of it."""
_MAX_PART = 100
_MAX_DEPTH = 8
_PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._+-]*")
_DEVICES = frozenset(
    ["con", "prn", "aux", "nul", *(f"com{number}" for number in range(10)), *(f"lpt{number}" for number in range(10))]
)
"""Names that Windows keeps for itself, whatever ending they have."""


def name_problem(path: str) -> str:
    """What is wrong with a file's path inside a pack; empty when nothing is."""
    if not path or path.startswith("/"):
        return "it is an absolute path" if path else "it is empty"
    if len(path) > _MAX_PATH:
        return f"it is longer than {_MAX_PATH} characters"
    parts = path.split("/")
    if ".." in parts:
        return "it leads out of the pack's folder"
    if len(parts) > _MAX_DEPTH:
        return f"it is more than {_MAX_DEPTH} folders deep"
    for part in parts:
        if problem := _part_problem(part):
            return problem
    if parts[0] in FOLDERS and len(parts) > 1:
        return ""
    if len(parts) == 1 and (path == MANIFEST or path in TOP_FILES):
        return ""
    return f"a pack has {', '.join(name + '/' for name in FOLDERS)} and {', '.join(TOP_FILES)}, and nothing else"


def _part_problem(part: str) -> str:
    if len(part) > _MAX_PART:
        return f"a part of it is longer than {_MAX_PART} characters"
    if not _PART.fullmatch(part):
        return "a name has the letters A to Z, digits and . _ + - only, and begins with a letter, a digit or _"
    if part.endswith("."):
        return "a name may not end with a dot"
    if part.split(".")[0].lower() in _DEVICES:
        return f"{part.split('.')[0]!r} is the name of a device on Windows"
    return ""


def collision(paths: Iterable[str]) -> str:
    """Two paths that are one file on a system that does not tell capitals apart, or a file that another takes for its folder."""
    seen: dict[str, str] = {}
    folders: dict[str, str] = {}
    for path in paths:
        folded = path.casefold()
        if folded in seen:
            return f"{seen[folded]} and {path}"
        seen[folded] = path
        parts = path.split("/")
        for end in range(1, len(parts)):
            written = "/".join(parts[:end])
            known = folders.setdefault(written.casefold(), written)
            if known != written:
                return f"{known}/ and {written}/"
    clash = next((folded for folded in folders if folded in seen), None)
    return "" if clash is None else f"{seen[clash]} and {folders[clash]}/"
