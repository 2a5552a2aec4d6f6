"""A question over the screen that asks it: text to scroll, and one key per answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from trainer.tui.text import Words
from trainer.tui.widgets.frame import words_of

Answers = Sequence[tuple[str, str, str]]
"""Textual's name of the key, the key as shown, and the word of the text table; Escape comes by itself."""


class ConfirmScreen(ModalScreen[str]):
    """Gives the key that was pressed, or an empty text for Escape."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss('')", show=False)]

    def __init__(self, text: Callable[[Words], Content], answers: Answers, back: str) -> None:
        """``text`` makes the question in the language of the moment; ``back`` is the word for Escape."""
        super().__init__()
        self._text = text
        self._answers = answers
        self._back = back

    def compose(self) -> ComposeResult:
        with Vertical(id="confirm"):
            with VerticalScroll():
                yield Static("", markup=False, id="question")
            yield Static("", markup=False, id="answers")

    def on_mount(self) -> None:
        self.relabel()
        self.query_one(VerticalScroll).focus()

    def relabel(self) -> None:
        words = words_of(self)
        self.query_one("#question", Static).update(self._text(words))
        keys = [(shown, words(word)) for _, shown, word in self._answers] + [("Esc", words(self._back))]
        parts = [Content.assemble((key, "bold $footer-key-foreground"), " ", label) for key, label in keys]
        self.query_one("#answers", Static).update(Content("   ").join(parts))

    def on_key(self, event: events.Key) -> None:
        for key, _, _ in self._answers:
            if event.key == key:
                event.stop()
                self.dismiss(key)
                return


def variant_question(variants: int) -> ConfirmScreen:
    """Asks before another variant begins; ``variants``: how many there are, 0 for any number."""

    def text(words: Words) -> Content:
        lines = [Content.styled(words("variant.title"), "bold"), Content("")]
        known = (
            words("variant.only")
            if variants == 1
            else words("variant.many", count=variants)
            if variants
            else words("variant.any")
        )
        return Content("\n").join([*lines, Content(known), Content(words("variant.kept"))])

    return ConfirmScreen(text, [("enter", "Enter", "variant.draw")], "variant.stay")


def give_up_question() -> ConfirmScreen:
    """Asks before an attempt counts as given up."""

    def text(words: Words) -> Content:
        lines = (Content(words(f"give_up.{line}")) for line in ("what", "after"))
        return Content("\n").join((Content.styled(words("give_up.title"), "bold"), Content(""), *lines))

    return ConfirmScreen(text, [("enter", "Enter", "give_up.do")], "give_up.stay")


def forget_question(title: Mapping[str, str], attempts: int) -> ConfirmScreen:
    """Asks before what is kept of one exercise is deleted; ``attempts``: how many it has."""

    def text(words: Words) -> Content:
        lines = (Content.styled(words("forget.title"), "bold"), Content(words.of(title)), Content(""))
        return Content("\n").join((*lines, Content(words("forget.what", count=attempts)), Content(words("forget.backup"))))

    return ConfirmScreen(text, [("x", "x", "forget.do")], "data.keep")
