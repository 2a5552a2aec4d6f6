from __future__ import annotations

import re

from trainer.diagnostics import Annotation, Code, Diagnostic, Fix, Severity
from trainer.diagnostics.render import display_width, render_plain
from trainer.source import SourceFile, Span


def diagnostic(file: SourceFile, start: int, end: int, **more: object) -> Diagnostic:
    return Diagnostic(
        Code.LOAD_ERR_VALIDATE,
        Severity.ERROR,
        "wrong",
        annotations=(Annotation(Span(file, start, end)),),
        **more,  # type: ignore[arg-type]
    )


def caret_text(rendered: str) -> str:
    """What of the source line stands over the carets, by terminal columns."""
    _, line, carets = rendered.split("\n")[:3]
    begin = display_width(carets[: carets.index("^")])
    width = carets.count("^")
    shown, column = "", 0
    for char in line:
        if begin <= column < begin + width:
            shown += char
        column += display_width(char)
    return shown


def test_place_code_message_and_caret() -> None:
    file = SourceFile("r.yaml", "- rule: x\n  desc: d\n")
    lines = render_plain(diagnostic(file, 12, 16)).split("\n")
    assert lines == ["r.yaml:2:3: error[LOAD_ERR_VALIDATE]: wrong", "  2 |   desc: d", "    |   ^^^^"]


def test_caret_stands_under_the_token_after_wide_characters_and_tabs() -> None:
    for text in ("desc: 한글 token", "a\t\ttoken x", "e\u0301 token"):
        file = SourceFile("r.yaml", text)
        start = text.index("token")
        assert caret_text(render_plain(diagnostic(file, start, start + 5))) == "token"


def test_long_lines_are_cut_around_the_token() -> None:
    text = "x" * 500 + " token " + "y" * 500
    rendered = render_plain(diagnostic(SourceFile("r.yaml", text), 501, 506))
    assert caret_text(rendered) == "token"
    assert max(map(len, rendered.split("\n"))) < 200


def test_help_notes_fix_and_colour() -> None:
    file = SourceFile("r.yaml", "abc")
    found = diagnostic(file, 0, 1, help="do this", notes=("n",), fix=Fix("Fix it", ()))
    rendered = render_plain(found)
    assert rendered.split("\n")[-3:] == ["  note: n", "  help: do this", "  fix: Fix it"]
    assert re.sub(r"\x1b\[[0-9;]*m", "", render_plain(found, color=True)) == rendered


def test_no_place_and_the_end_of_the_file() -> None:
    assert render_plain(Diagnostic(Code.TRN_FATAL, Severity.ERROR, "m")) == "error[TRN_FATAL]: m"
    file = SourceFile("r.yaml", "")
    assert "^" in render_plain(diagnostic(file, 0, 0))
