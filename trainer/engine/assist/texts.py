"""The sentences of completion and hover, in English and Korean: texts.json."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from importlib import resources
from typing import Final

DEFAULT: Final = "en"


@functools.cache
def _texts() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    found: dict[str, dict[str, dict[str, str]]] = json.loads(
        resources.files("trainer.engine.assist").joinpath("texts.json").read_text(encoding="utf-8")
    )
    return found


def say(group: str, name: str, language: str, /, **values: object) -> str:
    """The text in the language, else in English; empty where there is none."""
    entry = _texts()[group].get(name, {})
    text = entry.get(language) or entry.get(DEFAULT, "")
    return text.format(**values) if values else text


def word(name: str, language: str, /, **values: object) -> str:
    return say("words", name, language, **values)


def described(description: Mapping[str, str], language: str) -> str:
    """A field's description from the catalogue."""
    return description.get(language) or description.get(DEFAULT, "")


def shortened(text: str, length: int = 100) -> str:
    """On one line, and no longer than that."""
    flat = " ".join(text.split())
    return flat if len(flat) <= length else flat[: length - 1].rstrip() + "…"


def few(names: list[str], language: str, count: int = 3) -> str:
    """The first names, and how many more there are."""
    shown = ", ".join(names[:count])
    return shown if len(names) <= count else word("more", language, names=shown, count=len(names) - count)
