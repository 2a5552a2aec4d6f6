from __future__ import annotations

import re
from dataclasses import replace

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
    jamo = "\u1112\u1161\u11ab"  # one syllable, letter by letter, as macOS writes file names
    for text in ("desc: 한글 token", "a\t\ttoken x", "e\u0301 token", f"{jamo} token", "a\u202eb\u2028c token"):
        file = SourceFile("r.yaml", text)
        start = text.index("token")
        assert caret_text(render_plain(diagnostic(file, start, start + 5))) == "token"


def test_long_lines_are_cut_around_the_token() -> None:
    text = "x" * 500 + " token " + "y" * 500
    rendered = render_plain(diagnostic(SourceFile("r.yaml", text), 501, 506))
    assert caret_text(rendered) == "token"
    assert max(map(len, rendered.split("\n"))) < 200


def test_a_syllable_written_letter_by_letter_is_as_wide_as_one_character() -> None:
    assert display_width("\u1112\u1161\u11ab") == display_width("한") == 2


def test_a_place_of_several_lines_has_marks_under_each() -> None:
    file = SourceFile("r.yaml", "x (a,\n   b,\n\n   c)\n")
    rendered = render_plain(diagnostic(file, 2, file.text.index(")") + 1))
    assert rendered.split("\n")[1:] == [
        "  1 | x (a,",
        "    |   ^^^",
        "  2 |    b,",
        "    |    ^^",
        "  3 |",
        "  4 |    c)",
        "    |    ^^",
    ]


def test_of_a_long_place_the_first_lines_and_the_last_are_shown() -> None:
    file = SourceFile("r.yaml", "".join(f"line{number}\n" for number in range(1, 13)))
    rendered = render_plain(diagnostic(file, 0, len(file.text)))
    shown = [line for line in rendered.split("\n")[1:] if "^" not in line]
    assert shown == ["   1 | line1", "   2 | line2", "     ...", "  12 | line12"]


def test_other_places_name_their_file() -> None:
    file, other = SourceFile("r.yaml", "a: b\n"), SourceFile("base.yaml", "\n" * 9 + "  token\n")
    found = diagnostic(file, 0, 1)
    found = replace(found, annotations=(*found.annotations, Annotation(Span(other, 11, 16), "used here", primary=False)))
    assert render_plain(found).split("\n")[1:] == [
        "   1 | a: b",
        "     | ^",
        "     at base.yaml:10:3",
        "  10 |   token",
        "     |   ----- used here",
    ]


def test_control_characters_of_names_and_messages_are_not_written() -> None:
    found = replace(diagnostic(SourceFile("r\x1b.yaml", "abc"), 0, 1), message="a\x1b[31m\nb", help="h\x07")
    assert not [char for char in render_plain(found) if char < " " and char != "\n"]
    assert len(render_plain(found).split("\n")) == 4


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
