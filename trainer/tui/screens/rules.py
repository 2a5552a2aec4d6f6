"""The node's base rules, to read beside the task, as on the exam's node."""

from __future__ import annotations

from pathlib import PurePath
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content

from trainer.source import SourceFile, Span
from trainer.tui.screens.help import HelpScreen
from trainer.tui.widgets.editor import RuleEditor
from trainer.tui.widgets.find_bar import FindBar
from trainer.tui.widgets.frame import KeyBar, TitleBar, TrainerScreen, words_of


class BaseRulesScreen(TrainerScreen):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+f,alt+s", "find", show=False, priority=True),
        Binding("slash", "find", show=False),
        Binding("f1", "help", show=False, priority=True),
        Binding("escape,f9,q", "app.pop_screen", show=False),
    ]

    def __init__(self, file: SourceFile, place: Span | None = None) -> None:
        super().__init__()
        self.file = file
        self.place = place

    def compose(self) -> ComposeResult:
        yield TitleBar()
        editor = RuleEditor(self.file.text, read_only=True, id="base")
        yield editor
        yield FindBar(editor)
        yield KeyBar()
        yield from self.frame()

    def on_mount(self) -> None:
        self.relabel()
        editor = self.query_one(RuleEditor)
        editor.focus()
        if self.place is not None:
            editor.move_cursor(editor.location_of(self.place.start))
            editor.scroll_cursor_visible(center=True)

    def relabel(self) -> None:
        words = words_of(self)
        self.query_one(TitleBar).show(
            Content.styled(words("base.title"), "bold"), Content.styled(PurePath(self.file.name).name, "$text-muted")
        )
        self.query_one(FindBar).relabel()
        self.query_one(KeyBar).show(
            (
                ("^F", "key.find", "screen.find"),
                ("F1", "key.help", "screen.help"),
                ("Esc", "key.back", "app.pop_screen"),
                ("^L", "한/영", "app.language"),
            )
        )

    def action_find(self) -> None:
        self.query_one(FindBar).begin()

    def action_help(self) -> None:
        self.app.push_screen(HelpScreen("rules"))
