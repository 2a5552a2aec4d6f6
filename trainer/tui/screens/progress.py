"""What the learner can do and what not yet, in bars; and the data behind it: export, import, forget."""

from __future__ import annotations

import time
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from trainer.errors import StoreError
from trainer.session.archive import export_data, import_data, reset_data
from trainer.tui.desk import Desk
from trainer.tui.exam_desk import exam_rows
from trainer.tui.screens.confirm import ConfirmScreen
from trainer.tui.screens.help import HelpScreen
from trainer.tui.widgets.charts import overview, times
from trainer.tui.widgets.frame import KeyBar, TitleBar, TrainerScreen, words_of

TWO_COLUMNS = 120


class ProgressScreen(TrainerScreen):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e", "export", show=False),
        Binding("i", "import", show=False),
        Binding("x", "reset", show=False),
        Binding("f1,question_mark", "help", show=False),
        Binding("escape,q", "back", show=False),
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk

    def compose(self) -> ComposeResult:
        yield TitleBar()
        with VerticalScroll(id="figures"):
            with VerticalScroll(id="levels"):
                yield Static("", markup=False)
            with VerticalScroll(id="times"):
                yield Static("", markup=False)
        yield KeyBar()
        yield from self.frame()

    def on_mount(self) -> None:
        self.relabel()
        self.query_one("#levels" if self.app.size.width >= TWO_COLUMNS else "#figures").focus()

    def relabel(self) -> None:
        words = words_of(self)
        wide = self.app.size.width >= TWO_COLUMNS
        width = (self.app.size.width // 2 if wide else self.app.size.width) - 6
        # In a wide window the columns scroll, and Tab must not stop at what holds them.
        box = self.query_one("#figures")
        box.can_focus = not wide
        if wide and box.has_focus:
            self.query_one("#levels").focus()
        self.query_one(TitleBar).show(Content.styled(words("progress.title"), "bold"), Content(""))
        try:
            figures, exams = self.desk.figures(), exam_rows(self.desk)
        except StoreError as error:
            self._tell(error)
        else:
            self.query_one("#levels Static", Static).update(overview(figures, words, width))
            self.query_one("#times Static", Static).update(times(figures, self.desk, exams, words, width))
        self.query_one(KeyBar).show(
            (
                ("↑↓", "key.scroll", "screen.scroll_down"),
                ("e", "key.export", "screen.export"),
                ("i", "key.import", "screen.import"),
                ("x", "key.reset", "screen.reset"),
                ("F1", "key.help", "screen.help"),
                ("Esc", "key.back", "screen.back"),
                ("^L", "other_language", "app.language"),
            )
        )

    def on_resize(self) -> None:
        if self.is_mounted and self.query("#levels"):
            self.relabel()

    def _tell(self, error: StoreError) -> None:
        self.notify("\n".join(filter(None, (error.message, error.help))), severity="error", timeout=10, markup=False)

    # The data.

    def action_export(self) -> None:
        try:
            path, count = export_here(self.desk)
        except StoreError as error:
            self._tell(error)
            return
        self.notify(words_of(self)("data.exported", count=count, path=path), timeout=15, markup=False)

    def action_import(self) -> None:
        self.app.push_screen(PathScreen(), self._import)

    def _import(self, name: str | None) -> None:
        if not name:
            return
        words = words_of(self)
        try:
            merged = import_data(self.desk.store, Path(name).expanduser())
        except StoreError as error:
            self._tell(error)
            return
        attempts, exams = merged.added["attempt"], merged.added["exam_attempt"]
        said = words("data.nothing", path=name) if merged.nothing else words("data.added", attempts=attempts, exams=exams)
        self.notify(said, timeout=10, markup=False)
        self.relabel()

    def action_reset(self) -> None:
        question = ConfirmScreen(
            lambda words: Content("\n").join(
                (Content.styled(words("data.reset"), "bold"), Content(""), Content(words("data.reset_what")))
            ),
            [("x", "x", "data.forget")],
            "data.keep",
        )
        self.app.push_screen(question, self._reset)

    def _reset(self, answer: str | None) -> None:
        if not answer:
            return
        try:
            backup = reset_data(self.desk.store)
        except StoreError as error:
            self._tell(error)
            return
        self.notify(words_of(self)("data.done", path=backup), timeout=30, markup=False)
        self.relabel()

    def action_help(self) -> None:
        self.app.push_screen(HelpScreen("progress"))

    def action_back(self) -> None:
        self.app.pop_screen()


class PathScreen(ModalScreen[str]):
    """Asks for a file's name; an empty text for Escape."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss('')", show=False)]

    def compose(self) -> ComposeResult:
        with Vertical(id="confirm"):
            yield Static("", markup=False, id="question")
            yield Input(placeholder="cks-trainer-data.json", id="path")

    def on_mount(self) -> None:
        self.relabel()
        self.query_one(Input).focus()

    def relabel(self) -> None:
        self.query_one("#question", Static).update(words_of(self)("data.import"))

    def on_input_submitted(self, message: Input.Submitted) -> None:
        self.dismiss(message.value.strip())


def export_here(desk: Desk) -> tuple[Path, int]:
    """All data as a file of the current folder, or of the data folder where that cannot be written; how many attempts. Raises StoreError."""
    stem = time.strftime("cks-trainer-data-%Y%m%d-%H%M%S.json")
    try:
        path = Path.cwd() / stem
        return path, export_data(desk.store, path, replace=True)
    except (StoreError, OSError):
        path = desk.store.path.parent / stem
        return path, export_data(desk.store, path, replace=True)
