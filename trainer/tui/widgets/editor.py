"""The rules editor: a TextArea that colours Falco's language and underlines diagnostics. Owns no check: it is told the result."""

from __future__ import annotations

from collections.abc import Mapping

from rich.style import Style
from textual._text_area_theme import TextAreaTheme
from textual.widgets import TextArea

from trainer.diagnostics import Diagnostic
from trainer.source import SourceFile
from trainer.tui.desk import LEARNER_FILE
from trainer.tui.widgets.colouring import Mark, Marks, condition_marks, diagnostic_marks, rows_of

COLOURED_LENGTH = 20_000
"""Code points up to which every key stroke may colour the whole text."""


def _styles(dark: bool) -> dict[str, Style]:
    def pick(on_dark: str, on_light: str, **more: bool) -> Style:
        return Style(color=on_dark if dark else on_light, **more)  # type: ignore[arg-type]

    return {
        "yaml.field": pick("#7fb4ca", "#1f5f8b"),
        "comment": pick("#7c8187", "#6b6f75", italic=True),
        "string": pick("#d5d7da", "#2b2d30"),
        "number": pick("#d7a65f", "#8a5a00"),
        "boolean": pick("#d7a65f", "#8a5a00"),
        "falco.name": pick("#f2f4f8", "#101214", bold=True),
        "falco.field": pick("#7ee0b8", "#00694a"),
        "falco.operator": pick("#ff9db0", "#a3123a"),
        "falco.keyword": pick("#c8a2ff", "#6a1fb8", bold=True),
        "falco.number": pick("#d7a65f", "#8a5a00"),
        "falco.string": pick("#e6d58a", "#6b5b00"),
        "falco.transformer": pick("#ffb86b", "#9a4d00"),
        "falco.macro": pick("#82b1ff", "#1746a2", bold=True),
        "falco.list": pick("#82cfff", "#00609a", italic=True),
        "diagnostic.error": pick("#ff6b6b", "#c00000", underline=True, bold=True),
        "diagnostic.warning": pick("#ffc857", "#8a5a00", underline=True),
        "diagnostic.info": Style(underline=True),
    }


class RuleEditor(TextArea):
    """Edits one of the exercise's files."""

    diagnostics: tuple[Diagnostic, ...] = ()
    file_name: str = LEARNER_FILE

    def __init__(self, text: str = "", *, read_only: bool = False, id: str | None = None) -> None:
        self.names: Mapping[str, str] = {}
        self._rows: dict[str, list[Mark]] = {}
        super().__init__(
            text, language="yaml", soft_wrap=True, tab_behavior="indent", show_line_numbers=True, read_only=read_only, id=id
        )
        self.indent_width = 2

    def on_mount(self) -> None:
        for name, dark in (("falco-dark", True), ("falco-light", False)):
            self.register_theme(TextAreaTheme(name, syntax_styles=_styles(dark)))
        self.watch(self.app, "theme", self._follow_theme)

    def _follow_theme(self) -> None:
        self.theme = "falco-dark" if self.app.current_theme.dark else "falco-light"

    def _build_highlight_map(self) -> None:
        """Textual's seam for colours (private there; tests/tui/test_editor.py notices when it moves)."""
        super()._build_highlight_map()
        if self.file_name != LEARNER_FILE:
            return
        lines = self.document.lines
        for row, marks in self._condition_marks(lines).items():
            self._highlights[row].extend(marks)
        for row, marks in diagnostic_marks(self.diagnostics, lines).items():
            self._highlights[row].extend(marks)

    def _condition_marks(self, lines: list[str]) -> Marks:
        text = "\n".join(lines)
        if len(text) > COLOURED_LENGTH:
            return {}
        marks = condition_marks(SourceFile(LEARNER_FILE, text), self.names)
        if marks is None:
            # While the YAML is broken, lines keep the colours that they had.
            return {row: self._rows[line] for row, line in enumerate(lines) if line in self._rows}
        self._rows = {lines[row]: found for row, found in marks.items() if row < len(lines)}
        return marks

    def show_check(self, diagnostics: tuple[Diagnostic, ...], names: Mapping[str, str]) -> None:
        self.diagnostics, self.names = diagnostics, names
        self._build_highlight_map()
        self.refresh()

    def load(self, name: str, text: str) -> None:
        """Shows another file."""
        self.file_name, self.diagnostics = name, ()
        self.language = "yaml" if name.endswith((".yaml", ".yml")) else None
        self.load_text(text)

    def diagnostic_at_cursor(self) -> Diagnostic | None:
        """The one whose token the cursor is on, else the first of the cursor's line."""
        row, column = self.cursor_location
        of_line: Diagnostic | None = None
        for diagnostic in self.diagnostics:
            for at, start, end in rows_of(diagnostic.span) if diagnostic.span else ():
                if at == row:
                    if start <= column <= end:
                        return diagnostic
                    of_line = of_line or diagnostic
        return of_line

    def go_to_problem(self, step: int) -> None:
        """Moves the cursor to the next (1) or previous (-1) diagnostic, round the ends."""
        places = sorted({next(rows_of(found.span))[:2] for found in self.diagnostics if found.span})
        if not places:
            return
        here = self.cursor_location
        later = [place for place in places if place > here] or places
        earlier = [place for place in places if place < here] or places
        self.move_cursor(later[0] if step > 0 else earlier[-1])
        self.focus()
