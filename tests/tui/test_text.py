"""The two tables of strings say the same things, and the code asks for no other."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest
from rich.cells import cell_len

import trainer.tui
from trainer.tui.text import EN, HELP, KO, Words, language

HELP_WIDTH = 72
"""Cells inside the frame of the help, beside its scroll bar."""
SOURCES = "\n".join(path.read_text(encoding="utf-8") for path in Path(trainer.tui.__file__).parent.rglob("*.py"))


def test_no_key_misses_a_language() -> None:
    assert set(EN) == set(KO)


def test_both_languages_take_the_same_values() -> None:
    def names(text: str) -> set[str]:
        return {name for _, name, _, _ in Formatter().parse(text) if name}

    assert {key: names(text) for key, text in EN.items()} == {key: names(text) for key, text in KO.items()}


def test_every_key_that_the_code_names_exists() -> None:
    asked = set(re.findall(r'words\("([\w. ]+)"', SOURCES)) | set(re.findall(r'words_of\(self\)\("([\w. ]+)"', SOURCES))
    assert len(asked) > 20
    assert asked <= set(EN)


def test_help_speaks_both_languages() -> None:
    for page in HELP:
        assert [keys for keys, _ in Words("en").help(page)] == [keys for keys, _ in Words("ko").help(page)]
        assert all(text for _, text in Words("ko").help(page))


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_help_fits_into_80_columns(lang: str) -> None:
    for page in HELP:
        rows = Words(lang).help(page)
        keys = max(cell_len(shown) for shown, _ in rows)
        assert [text for _, text in rows if keys + 2 + cell_len(text) > HELP_WIDTH] == [], page


@pytest.mark.parametrize("value, expected", [("ko_KR.UTF-8", "ko"), ("en_US.UTF-8", "en"), ("de_DE", "en")])
def test_language_follows_the_environment(monkeypatch: pytest.MonkeyPatch, value: str, expected: str) -> None:
    monkeypatch.delenv("CKS_TRAINER_LANG", raising=False)
    monkeypatch.setenv("LC_ALL", value)
    assert language() == expected
