"""What surrounds every screen: title line, key bar, tabs of the narrow layout, progress line, and the cover of a tiny window."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from typing import cast

from textual.app import ComposeResult
from textual.content import Content
from textual.events import Resize
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from trainer.tui.desk import Feed
from trainer.tui.text import Words
from trainer.tui.web_keys import shown_key

KeyHint = tuple[str, str, str]
"""Key as shown, word of the text table, action."""


def words_of(widget: Widget) -> Words:
    """The strings of the app's language."""
    return cast(Words, getattr(widget.app, "words", Words("en")))


class TooSmall(Static):
    """Covers a window in which nothing fits. What lies below keeps its focus and its text."""

    def __init__(self) -> None:
        super().__init__("", markup=False, id="too-small")

    def on_resize(self, event: Resize) -> None:
        size = self.screen.size
        self.update(words_of(self)("small", width=size.width, height=size.height))


class TrainerScreen(Screen[None]):
    """A screen that can change its language in place, and covers itself where nothing fits."""

    AUTO_FOCUS = None

    def frame(self) -> ComposeResult:
        yield TooSmall()

    def relabel(self) -> None:
        """Shows every string in the app's language."""


class Line(Static):
    """Words in a place whose height is fixed: new ones lay nothing else out anew, and the same ones draw nothing."""

    _put: Content | None = None

    def put(self, content: Content) -> None:
        if self._put is None or not content.is_same(self._put):
            self._put = content
            self.update(content, layout=False)


class TitleBar(Line):
    """One line: what this is on the left, its state on the right."""

    def __init__(self) -> None:
        super().__init__("", markup=False, classes="bar")
        self.left: Content = Content("")
        self.right: Content = Content("")

    def show(self, left: Content, right: Content) -> None:
        self.left, self.right = left, right
        self.on_resize()

    def on_resize(self) -> None:
        room = max(0, self.content_size.width - self.right.cell_length - 1)
        left = self.left.truncate(room, ellipsis=True) if self.left.cell_length > room else self.left
        gap = max(1, self.content_size.width - left.cell_length - self.right.cell_length)
        self.put(Content.assemble(left, " " * gap, self.right))


class KeyBar(Line):
    """The keys of the moment; each can be clicked too."""

    def __init__(self) -> None:
        super().__init__("", classes="bar keys")
        self._parts: list[Content] = []
        self._more: list[Content] = []
        self._made: dict[tuple[str, ...], Content] = {}

    def show(self, hints: Iterable[KeyHint], more: Iterable[KeyHint] = ()) -> None:
        """``more``: as far as there is room for them."""
        self._parts = [self._part(*hint) for hint in hints]
        self._more = [self._part(*hint) for hint in more]
        self.on_resize()

    def _part(self, key: str, word: str, action: str) -> Content:
        words = words_of(self)
        key = shown_key(key, self.app.is_web)
        label = words(word) if "." in word or word in ("other_language",) else word
        made = self._made.get((key, label, action))
        if made is None:
            made = Content.from_markup(f"[@click={action}][bold $footer-key-foreground]$key[/] $label[/]", key=key, label=label)
            self._made[key, label, action] = made
        return made

    def on_resize(self) -> None:
        line, room = Content("  ").join(self._parts), self.content_size.width
        for part in self._more:
            longer = Content.assemble(line, "  ", part)
            line = longer if longer.cell_length <= room else line
        self.put(line)


class PaneBar(Line):
    """The panes: which one is in front in the narrow layout."""

    KEYS = ("F2", "F3", "F4")

    def __init__(self, panes: Sequence[str]) -> None:
        super().__init__("", classes="panebar")
        self.panes = panes

    def show(self, active: str, count: int = 0) -> None:
        words = words_of(self)
        parts = []
        for key, pane in zip(self.KEYS, self.panes, strict=True):
            label = words(f"pane.{pane}") + (f" ({count})" if pane == "editor" and count else "")
            style = "reverse bold" if pane == active else ""
            parts.append(
                Content.from_markup(f"[@click=screen.pane('{pane}')][{style or 'dim'}] {key} $label [/][/]", label=label)
            )
        self.put(Content(" ").join(parts))


def bar(filled: int, width: int, style: str = "$success") -> Content:
    """A line of which so many cells are filled."""
    return Content.assemble(("━" * filled, style), ("━" * (width - filled), "$surface-lighten-2"))


class ProgressLine(Static):
    """What a run is doing: a bar, the step, the seconds; afterwards its result."""

    WIDTH = 16

    def __init__(self) -> None:
        super().__init__("", markup=False, classes="progress")

    def follow(self, feed: Feed, stopping: bool) -> None:
        words = words_of(self)
        progress = feed.progress
        seconds = int(time.monotonic() - feed.started)
        if progress is None or not progress.total:
            filled, text = 0, words("run.starting")
        else:
            filled = min(self.WIDTH, self.WIDTH * progress.step // progress.total)
            text = words("run.step", step=progress.step, total=progress.total, message=progress.message)
        if stopping:
            text = words("run.stopping")
        self.say(Content.assemble(bar(filled, self.WIDTH), f" {seconds}s  {text}"))

    def say(self, message: Content | str) -> None:
        content = message if isinstance(message, Content) else Content(message)
        room = self.content_size
        stays = self.display and room.height == 1 and "\n" not in content.plain and content.cell_length <= room.width
        self.update(content, layout=not stays)
        self.display = bool(message)
