"""The line below an editor in which one types what to find."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Input, Static
from textual.widgets.text_area import Selection

from trainer.tui.widgets.editor import RuleEditor
from trainer.tui.widgets.finding import next_place, places
from trainer.tui.widgets.frame import words_of
from trainer.tui.widgets.own_keys import bound

NEXT = ("enter", "f3", "down")
PREVIOUS = ("shift+enter", "shift+f3", "f15", "up")
"""Many terminals send Shift+F3 as F15, and Shift+Enter as Enter."""


class FindInput(Input):
    def __init__(self, bar: FindBar) -> None:
        super().__init__(compact=True, id="wanted")
        self._bar = bar

    def watch_value(self) -> None:
        if self._bar.open:
            self._bar.find(0)

    async def _on_key(self, event: events.Key) -> None:
        if not self._bar.open:
            # Typed behind the Escape that closed the line, before the focus had moved.
            event.stop()
            event.prevent_default()
            self._bar.editor._forward_event(events.Key(event.key, event.character))
        elif event.key in NEXT or event.key in PREVIOUS:
            event.stop()
            event.prevent_default()
            self._bar.find(1 if event.key in NEXT else -1)
        elif event.key == "escape":
            event.stop()
            event.prevent_default()
            self._bar.close()
        elif not await bound(self, event):
            await super()._on_key(event)


class FindBar(Horizontal):
    """Selects in the editor what is found, and is not shown while nothing is sought."""

    def __init__(self, editor: RuleEditor) -> None:
        super().__init__(id="find")
        self.editor = editor
        self.open = False
        self._origin = (0, 0)
        """Where the cursor was: what is typed is looked for from there."""

    def compose(self) -> ComposeResult:
        yield Static("", markup=False, id="find-label")
        yield FindInput(self)
        yield Static("", markup=False, id="found")

    def on_mount(self) -> None:
        self.display = False
        self.relabel()

    @property
    def wanted(self) -> Input:
        return self.query_one(FindInput)

    def relabel(self) -> None:
        self.query_one("#find-label", Static).update(words_of(self)("find.label"))
        if self.open:
            self.find(None)

    def begin(self) -> None:
        """Opens the line with what is selected, or with what was sought last. Letters that come next are the line's."""
        selected = self.editor.selected_text
        if not (self.open and self.wanted.has_focus):
            self.editor.call_later(self._begin_here)
        self.open = self.display = True
        self.screen.set_focus(self.wanted)
        if selected and "\n" not in selected:
            self.wanted.value = selected
        self.wanted.select_all()
        self.find(0)

    def _begin_here(self) -> None:
        self._origin = min(self.editor.selection)

    def close(self) -> None:
        """Back to the editor, where what was found stays selected."""
        if self.open:
            self.open = self.display = False
            if self.wanted.has_focus:
                self.screen.set_focus(self.editor)

    def find(self, step: int | None) -> None:
        """The next place (1), the one before (-1), the first from where the search began (0), or only the count (None).

        Behind the keys that the editor has not seen yet: they must not replace what is selected here.
        """
        self.editor.call_later(self._find, step)

    def _find(self, step: int | None) -> None:
        if not self.is_attached:
            return
        editor, words = self.editor, words_of(self)
        wanted = self.wanted.value
        found = places(editor.document.lines, wanted)
        if step == 0:
            start = end = self._origin
        else:
            start, end = sorted(editor.selection)
        if found and step is not None:
            number = next_place(found, start, end, step or 1)
            editor.selection = Selection(*found[number])
            editor.record_cursor_width()
            self._origin = found[number][0] if step else self._origin
            editor.call_after_refresh(editor.scroll_cursor_visible)
        elif step == 0:
            editor.move_cursor(self._origin)
        at = tuple(sorted(editor.selection))
        number = found.index(at) + 1 if at in found else 0
        count = words("find.count", number=number, count=len(found)) if found else words("find.none") if wanted else ""
        keys = Content.styled(f"  {words('find.keys')}", "$text-muted")
        self.query_one("#found", Static).update(Content.assemble((count, "$error" if wanted and not found else "bold"), keys))
