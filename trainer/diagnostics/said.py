"""Sentences that know their template and its words, so that they can be said in another language."""

from __future__ import annotations

from trainer.diagnostics.korean import KOREAN

_TABLES = {"ko": KOREAN}


class Said(str):
    """An English sentence, or several in a row; equal to a plain string of the same text."""

    parts: tuple[tuple[str, dict[str, str]], ...]

    def __new__(cls, text: str, parts: tuple[tuple[str, dict[str, str]], ...] = ()) -> Said:
        made = super().__new__(cls, text)
        made.parts = parts
        return made

    def __add__(self, other: str) -> str:
        whole = str(self) + str(other)
        return Said(whole, (*self.parts, *other.parts)) if isinstance(other, Said) else whole


def say(template: str, **words: object) -> Said:
    """``template`` with its ``{words}`` put in. The template itself is the key of the other languages' tables."""
    shown = {name: str(word) for name, word in words.items()}
    return Said(template.format(**shown), ((template, shown),))


def in_language(text: str, language: str) -> str:
    """The sentence in ``language``; what was not made by ``say``, or has no translation, stays as it is."""
    table = _TABLES.get(language)
    if table is None or not isinstance(text, Said):
        return text
    return "".join(table.get(template, template).format(**words) for template, words in text.parts)
