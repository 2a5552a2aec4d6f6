"""The rules editor: a TextArea that colours Falco's language and underlines diagnostics. Owns no check: it is told the result."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar

from rich.style import Style
from textual import events
from textual._text_area_theme import TextAreaTheme
from textual.binding import Binding, BindingType
from textual.document._document import EditResult
from textual.document._edit import Edit
from textual.message import Message
from textual.widgets import TextArea

from trainer.diagnostics import Diagnostic
from trainer.engine.assist import Hover, Known, complete, hover
from trainer.source import SourceFile
from trainer.tui.desk import LEARNER_FILE
from trainer.tui.widgets.colouring import Mark, Marks, condition_marks, diagnostic_marks, rows_of
from trainer.tui.widgets.editing import next_indent, toggled
from trainer.tui.widgets.frame import words_of
from trainer.tui.widgets.own_keys import bound
from trainer.tui.widgets.proposals import ProposalList

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
    """Edits one of the exercise's files, and proposes how a word may go on."""

    class Left(Message):
        """Escape was pressed, and there was nothing to close."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+@,ctrl+space", "propose", show=False),
        Binding("ctrl+underscore,ctrl+slash", "toggle_comment", show=False),
        Binding("ctrl+home", "file_end(False)", show=False),
        Binding("ctrl+end", "file_end(True)", show=False),
    ]
    diagnostics: tuple[Diagnostic, ...] = ()
    file_name: str = LEARNER_FILE

    def __init__(self, text: str = "", *, read_only: bool = False, id: str | None = None) -> None:
        self.names: Mapping[str, str] = {}
        self.known = Known()
        """What the files beside this one define."""
        self._rows: dict[str, list[Mark]] = {}
        self.changed: Callable[[], None] | None = None
        """Called at each change, before it is seen; TextArea.Changed comes later."""
        super().__init__(
            text, language="yaml", soft_wrap=True, tab_behavior="indent", show_line_numbers=True, read_only=read_only, id=id
        )
        self.indent_width = 2

    def on_mount(self) -> None:
        for name, dark in (("falco-dark", True), ("falco-light", False)):
            self.register_theme(TextAreaTheme(name, syntax_styles=_styles(dark)))
        self.watch(self.app, "theme", self._follow_theme)

    def post_message(self, message: Message) -> bool:
        if isinstance(message, TextArea.Changed) and self.changed is not None:
            self.changed()
        return super().post_message(message)

    def edit(self, edit: Edit) -> EditResult:
        """Textual moves the view before it knows the text's new height, so that a new last line would stay out of sight."""
        result = super().edit(edit)
        if self.is_mounted:
            self.call_after_refresh(self.scroll_cursor_visible)
        return result

    def on_resize(self) -> None:
        """The line of problems below grows and shrinks; what is being written stays in sight."""
        if self.has_focus:
            self.call_after_refresh(self.scroll_cursor_visible)

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
        before = dict(self._highlights)
        self._build_highlight_map()
        if before != self._highlights:
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

    # Proposals.

    @property
    def proposals(self) -> ProposalList | None:
        # Not by a query, which looks at every widget of the screen, for every key.
        return next((widget for widget in self.screen.children if isinstance(widget, ProposalList)), None)

    @property
    def offset_at_cursor(self) -> int:
        row, column = self.cursor_location
        return sum(len(line) + 1 for line in self.document.lines[:row]) + column

    async def _on_key(self, event: events.Key) -> None:
        proposals = self.proposals
        if proposals is not None and proposals.open and self._with_proposals(proposals, event.key):
            event.stop()
            event.prevent_default()
            return
        if event.key == "escape" and not self.read_only:
            # A TextArea would give the focus to whatever comes next, which in a narrow window is the editor again.
            event.stop()
            event.prevent_default()
            self.post_message(self.Left())
            return
        if event.key == "enter" and not self.read_only:
            event.stop()
            event.prevent_default()
            start, end = self.selection
            row, column = min(start, end)
            self._replace_via_keyboard("\n" + next_indent(self.document.get_line(row)[:column]), start, end)
            self.close_proposals()
            return
        if not await bound(self, event):
            await super()._on_key(event)
        if event.is_printable or event.key == "backspace":
            self.call_after_refresh(self.propose)

    def _with_proposals(self, proposals: ProposalList, key: str) -> bool:
        """Whether the key was for the list."""
        steps = {"up": -1, "down": 1, "pageup": -7, "pagedown": 7}
        if key in steps:
            proposals.move(steps[key])
        elif key == "tab" or (key == "enter" and proposals.chosen):
            self.take_proposal(proposals)
        elif key == "escape":
            proposals.close()
        else:
            if key in ("left", "right", "home", "end", "enter"):
                proposals.close()
            return False
        return True

    def propose(self, asked: bool = False) -> None:
        """Shows how the word at the cursor may go on; unasked only where something has been typed of it."""
        proposals = self.proposals
        if proposals is None or self.read_only or self.file_name != LEARNER_FILE or self.selected_text:
            return
        offset = self.offset_at_cursor
        found = complete(self.text, offset, self.known, words_of(self).lang)
        typed = self.text[found.start : offset]
        if not found or (not asked and (not typed.strip() or any(item.insert == typed for item in found.items[:1]))):
            proposals.close()
            return
        column = self.cursor_screen_offset
        proposals.show(found, column - (len(typed), 0), asked)

    def action_propose(self) -> None:
        self.propose(asked=True)

    def take_proposal(self, proposals: ProposalList) -> None:
        found, item = proposals.completions, proposals.marked()
        self.replace(item.insert, self.location_of(found.start), self.location_of(found.end), maintain_selection_offset=False)
        self.move_cursor(self.location_of(found.start + len(item.insert)))
        proposals.close()

    def close_proposals(self) -> None:
        if (proposals := self.proposals) is not None:
            proposals.close()

    def on_blur(self) -> None:
        self.close_proposals()

    def location_of(self, offset: int) -> tuple[int, int]:
        before = self.text[:offset]
        return before.count("\n"), offset - (before.rfind("\n") + 1)

    # What stands at the cursor.

    def hover_at_cursor(self) -> Hover | None:
        if self.file_name != LEARNER_FILE:
            return None
        return hover(self.text, self.offset_at_cursor, self.known, words_of(self).lang)

    # Editing.

    def action_file_end(self, last: bool) -> None:
        """The cursor goes to the file's last character, or its first."""
        self.move_cursor(self.document.end if last else (0, 0))

    def action_toggle_comment(self) -> None:
        if self.read_only:
            return
        (first, _), (last, column) = sorted(self.selection)
        last -= last > first and column == 0
        lines = [self.document.get_line(row) for row in range(first, last + 1)]
        here = self.cursor_location
        self.replace("\n".join(toggled(lines)), (first, 0), (last, len(lines[-1])))
        self.move_cursor((here[0], min(here[1], len(self.document.get_line(here[0])))))
