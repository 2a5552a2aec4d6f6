"""Each code's plain rendering, letter by letter, with the caret under the exact token.

A case is one file in ``golden/``: ``CODE-variant.txt``. Its head names the marked ``token`` (blanks stand for themselves, the caret
line of a longer place is its first line's); then come the rules files in load order, each under ``--- name``; then, under
``--- rendering``, what is expected. After a wanted change of the rendering, write them anew and read the difference:

    REGENERATE_GOLDENS=1 python -m pytest tests/diagnostics/test_golden.py

The token is never regenerated, so a caret that moves away from it fails either way.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from trainer.diagnostics import Code, Diagnostic
from trainer.diagnostics.render import display_width, render_plain
from trainer.engine import extended_outputs, load_rules
from trainer.source import SourceFile

FOLDER = Path(__file__).parent / "golden"
CASES = sorted(FOLDER.glob("*.txt"))
NO_PLACE = {
    Code.LOAD_ERR_FILE_READ: "the file cannot be read, so there is no text to point at; Falco never raises it either",
    Code.TRN_CONTENT: "a pack's files, not rules: tests/content/test_loader.py",
}
CONDITION_CODES = {
    Code.LOAD_ERR_COMPILE_CONDITION,
    Code.LOAD_ERR_VALIDATE,
    Code.LOAD_UNSAFE_NA_CHECK,
    Code.LOAD_UNKNOWN_FILTER,
    Code.LOAD_DEPRECATED_ITEM,
    Code.LOAD_COMPILE_CONDITION,
    Code.TRN_ONLY_OPEN,
    Code.TRN_ONLY_EXECVE,
    Code.TRN_PREFIX_TRAP,
    Code.TRN_EVT_DIR,
    Code.TRN_MACRO_AS_EVTTYPE,
    Code.TRN_NEVER_MATCHES,
    Code.TRN_FD_NET_FIRST_ONLY,
    Code.TRN_IMAGE_NO_REGISTRY,
}
"""Codes whose place can be a token of a condition: they need a ``folded`` and a ``macro`` case."""


@dataclass(frozen=True)
class Case:
    path: Path
    head: dict[str, str]
    files: tuple[SourceFile, ...]
    expected: str

    @property
    def code(self) -> Code:
        return Code(self.path.stem.split("-", 1)[0])

    @property
    def variant(self) -> str:
        return self.path.stem.split("-", 1)[1]

    def found(self) -> Diagnostic:
        """The one diagnostic of the code; with ``count`` and ``number`` in the head, that of several.

        ``appended`` in the head is what Falco's configuration puts behind every output.
        """
        result = load_rules(self.files)
        appended = extended_outputs(result.ruleset, self.files[-1], self.head.get("appended", ""))
        diagnostics = [found for found in (*result.diagnostics, *appended) if found.code is self.code]
        count = int(self.head.get("count", "1"))
        assert len(diagnostics) == count, [found.message for found in diagnostics]
        return diagnostics[int(self.head.get("number", "1")) - 1]


def read(path: Path) -> Case:
    head, *sections = ("\n" + path.read_text(encoding="utf-8")).split("\n--- ")
    named = {section.split("\n", 1)[0]: section.split("\n", 1)[1] for section in sections}
    expected = named.pop("rendering", "").rstrip("\n")
    pairs = dict(line.split(": ", 1) for line in head.strip("\n").split("\n"))
    return Case(path, pairs, tuple(SourceFile(name, text + "\n") for name, text in named.items()), expected)


def write(case: Case, rendered: str) -> None:
    before = case.path.read_text(encoding="utf-8").split("\n--- rendering\n")[0].rstrip("\n")
    case.path.write_text(f"{before}\n--- rendering\n{rendered}\n", encoding="utf-8")


def marked(rendered: str) -> str:
    """What stands over the first row of carets, by columns of a terminal."""
    lines = rendered.split("\n")
    row = next(number for number, line in enumerate(lines) if set(line.split("|", 1)[-1].strip()[:1]) == {"^"})
    begin = display_width(lines[row][: lines[row].index("^")])
    shown, column = "", 0
    for char in lines[row - 1]:
        if begin <= column < begin + lines[row].count("^"):
            shown += char
        column += display_width(char)
    return shown


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_rendering(path: Path) -> None:
    case = read(path)
    rendered = render_plain(case.found())
    if os.environ.get("REGENERATE_GOLDENS"):
        write(case, rendered)
    assert marked(rendered) == case.head["token"]
    if not os.environ.get("REGENERATE_GOLDENS"):
        assert rendered == case.expected


def test_every_code_has_a_golden() -> None:
    cases = [read(path) for path in CASES]
    assert {case.code for case in cases} == set(Code) - set(NO_PLACE)
    variants = {code: {case.variant for case in cases if case.code is code} for code in Code}
    assert not {code for code in CONDITION_CODES if not variants[code] >= {"folded", "macro"}}


def test_folded_cases_span_lines_and_macro_cases_name_the_macros() -> None:
    for case in map(read, CASES):
        if case.variant == "folded":
            assert any(": >\n" in file.text for file in case.files)
        if case.variant == "macro":
            assert "macro `" in case.expected
            assert case.expected.count(" | ") >= 2
