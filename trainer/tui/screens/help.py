"""The page of keys, over the screen that asked for it."""

from __future__ import annotations

from typing import ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from trainer.tui.web_keys import shown_key
from trainer.tui.widgets.frame import words_of


class HelpScreen(ModalScreen[None]):
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,f1,q,enter", "dismiss", show=False)]

    def __init__(self, page: str) -> None:
        super().__init__()
        self.page = page

    def compose(self) -> ComposeResult:
        words = words_of(self)
        rows = [(shown_key(keys, self.app.is_web), text) for keys, text in words.help(self.page)]
        width = max(cell_len(keys) for keys, _ in rows)
        lines = [
            Content.assemble((keys + " " * (width - cell_len(keys)), "bold $footer-key-foreground"), "  ", text)
            for keys, text in rows
        ]
        title = Content.styled(words("help.title"), "bold")
        text = Content("\n").join([title, Content(""), *lines, Content(""), Content.styled(words("help.close"), "$text-muted")])
        with VerticalScroll(id="help"):
            yield Static(text, markup=False)

    def relabel(self) -> None:
        self.refresh(recompose=True)
