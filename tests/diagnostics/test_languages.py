"""Our own sentences in Korean: each has a translation with the same words to put in, and Falco's messages stay as they are."""

from __future__ import annotations

import ast
import pickle
from pathlib import Path
from string import Formatter

import pytest

from tests.diagnostics.test_golden import CASES, read
from trainer.diagnostics import Said, in_language, say
from trainer.diagnostics.korean import KOREAN
from trainer.diagnostics.render import render_plain
from trainer.engine import parse_condition
from trainer.source import MappedText

ROOT = Path(__file__).resolve().parent.parent.parent / "trainer" / "engine"
CALLS = {"say": 0, "_said": 0, "_one_way": 2}
"""Functions that take a template, and which argument it is."""


def templates() -> set[str]:
    """Every template in the source of the rules and of the hints."""
    found: set[str] = set()
    for path in (*(ROOT / "rules").rglob("*.py"), ROOT / "filter" / "hints.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        constants = {
            target.id: node.value
            for node in tree.body
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS:
                argument: ast.expr = node.args[CALLS[node.func.id]]
                if isinstance(argument, ast.Name):
                    argument = constants.get(argument.id, argument)
                if isinstance(argument, ast.Constant):
                    found.add(str(argument.value))
    return found


def words(template: str) -> set[str]:
    return {name for _, name, *_ in Formatter().parse(template) if name}


def test_every_sentence_has_korean_and_no_translation_is_left_over() -> None:
    assert templates() == set(KOREAN)


@pytest.mark.parametrize("english", sorted(KOREAN))
def test_translation_has_the_same_words_to_put_in(english: str) -> None:
    assert words(KOREAN[english]) == words(english)
    assert any("\uac00" <= char <= "\ud7a3" for char in KOREAN[english]) or english == ", which uses macro `{macro}`"


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_rendering_in_korean(path: Path) -> None:
    diagnostic = read(path).found()
    korean = render_plain(diagnostic, language="ko")
    if diagnostic.code.startswith("LOAD_"):
        assert korean.split("\n")[0] == render_plain(diagnostic).split("\n")[0]
    for text in (diagnostic.help, *diagnostic.notes, *(a.message for a in diagnostic.annotations)):
        assert not text or isinstance(text, Said)
        assert not text or in_language(text, "ko") != text
    if diagnostic.help:
        assert "  도움말: " in korean


def test_hints_of_the_parser() -> None:
    found = parse_condition(MappedText.plain("proc.name equals bash"))
    hint = getattr(found, "hint", "")
    assert in_language(hint, "ko") == "`equals`은(는) 연산자가 아닙니다. `=`을(를) 쓰려던 것인가요?"
    assert in_language(hint, "en") == hint


def test_said_is_a_string_and_travels() -> None:
    text = say("Add `{key}`", key="desc") + say(" Did you mean {meant}?", meant="{x}")
    assert text == "Add `desc` Did you mean {x}?"
    assert in_language(pickle.loads(pickle.dumps(text)), "ko") == "`desc` 추가하기 {x}을(를) 쓰려던 것인가요?"
    assert in_language("plain", "ko") == "plain"
    assert in_language(text, "fr") == text
