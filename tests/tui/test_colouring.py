"""Marks of the editor: the right token, the right columns, in every way that YAML can hold a condition."""

from __future__ import annotations

import pytest

from trainer.diagnostics import Annotation, Code, Diagnostic, Severity
from trainer.source import SourceFile
from trainer.tui.widgets.colouring import condition_marks, diagnostic_marks, rows_of

BLOCK = """\
- rule: R
  condition: >
    evt.type = open
    and shell_procs
"""
FOLDED = """\
- macro: m
  condition: evt.type = open and
    shell_procs
"""
QUOTED = '- rule: R\n  condition: "evt.type = open and \\\n    shell_procs"\n'


def named(text: str, names: dict[str, str] | None = None) -> list[tuple[str, str]]:
    """Style and text of each mark, by row."""
    marks = condition_marks(SourceFile("f.yaml", text), names or {"shell_procs": "macro"})
    assert marks is not None
    lines = text.split("\n")
    return [(name, lines[row].encode()[start:end].decode()) for row in sorted(marks) for start, end, name in sorted(marks[row])]


@pytest.mark.parametrize("text", [BLOCK, FOLDED, QUOTED])
def test_tokens_are_found_through_yaml(text: str) -> None:
    found = named(text)
    for mark in [("falco.field", "evt.type"), ("falco.operator", "="), ("falco.keyword", "and"), ("falco.macro", "shell_procs")]:
        assert mark in found


def test_columns_are_bytes() -> None:
    assert ("falco.field", "proc.name") in named("- rule: R\n  condition: fd.name = 열쇠 and proc.name = sh\n")


def test_output_fields_and_names_are_marked() -> None:
    found = named("- rule: R\n  output: '%proc.name and %proc.aname[2]'\n")
    assert found == [("falco.name", "R"), ("falco.field", "%proc.name"), ("falco.field", "%proc.aname[2]")]


def test_unknown_identifier_stays_plain() -> None:
    assert not [mark for mark in named("- rule: R\n  condition: no_such_thing\n") if mark[1] == "no_such_thing"]


def test_broken_yaml_has_no_marks_of_its_own() -> None:
    assert condition_marks(SourceFile("f.yaml", "- rule: [\n"), {}) is None


def diagnostic(file: SourceFile, start: int, end: int) -> Diagnostic:
    return Diagnostic(Code.LOAD_ERR_VALIDATE, Severity.ERROR, "m", (Annotation(file.span(start, end)),))


def test_a_changed_line_loses_its_underline_until_the_next_check() -> None:
    file = SourceFile("f.yaml", "abc def\nghi\n")
    found = (diagnostic(file, 4, 7), diagnostic(file, 8, 11))
    assert diagnostic_marks(found, ["abc def", "ghi", ""]) == {
        0: [(4, 7, "diagnostic.error")],
        1: [(0, 3, "diagnostic.error")],
    }
    assert diagnostic_marks(found, ["abc  def", "ghi", ""]) == {1: [(0, 3, "diagnostic.error")]}
    assert diagnostic_marks(found, []) == {}


@pytest.mark.parametrize(
    "start, end, expected",
    [
        pytest.param(4, 4, [(0, 4, 5)], id="empty span shows one character"),
        pytest.param(7, 7, [(0, 6, 7)], id="at the end of a line the last character"),
        pytest.param(4, 11, [(0, 4, 7), (1, 0, 3)], id="two lines"),
        pytest.param(12, 12, [(2, 0, 1)], id="end of the file"),
    ],
)
def test_every_span_is_visible(start: int, end: int, expected: list[tuple[int, int, int]]) -> None:
    assert list(rows_of(SourceFile("f.yaml", "abc def\nghi\n").span(start, end))) == expected
