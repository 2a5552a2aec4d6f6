"""The Hints tab (one step at a time) and the Solution tab (after a pass, or on giving up)."""

from __future__ import annotations

from collections.abc import Mapping

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Markdown, Static

from trainer.content import Exercise, Hint
from trainer.tui.desk import LEARNER_FILE
from trainer.tui.messages import HintShown
from trainer.tui.text import Words
from trainer.tui.widgets.comparison import Comparison
from trainer.tui.widgets.editor import RuleEditor
from trainer.tui.widgets.frame import words_of


class Hints(VerticalScroll):
    can_focus = True

    def __init__(self, exercise: Exercise) -> None:
        super().__init__()
        self.hints: tuple[Hint, ...] = tuple(hint for hint in exercise.hints if hint.when == "always")
        self.taken: list[Hint] = []

    def compose(self) -> ComposeResult:
        yield Static("", markup=False)

    def on_mount(self) -> None:
        self.relabel()

    def offer(self, hints: tuple[Hint, ...]) -> None:
        """Other hints fit now; those that were read stay."""
        self.hints = hints
        self.relabel()

    @property
    def left(self) -> list[Hint]:
        return [hint for hint in self.hints if hint not in self.taken]

    def take(self) -> None:
        """One more hint."""
        if self.left:
            self.taken.append(self.left[0])
            self.post_message(HintShown(len(self.taken)))
            self.relabel()
            self.scroll_end(animate=False)

    def relabel(self) -> None:
        words = words_of(self)
        left = len(self.left)
        rows = []
        for step, hint in enumerate(self.taken, 1):
            title = words("hints.step", step=step, total=len(self.taken) + left)
            rows.append(Content.assemble((title, "bold $accent"), "\n", words.of(hint.text), "\n"))
        if left:
            rows.append(Content.styled(words("hints.next" if self.taken else "hints.first", left=left), "$text-muted"))
        elif not self.taken:
            rows.append(Content.styled(words("hints.none"), "$text-muted"))
        self.query_one(Static).update(Content("\n").join(rows))


def solution_text(exercise: Exercise) -> str:
    """The reference, and below it the answer files that belong to it, each under its name."""
    files = exercise.reference_answers.items()
    return "\n".join([exercise.reference.text, *(f"# {name}\n{file.text}" for name, file in files)])


class Solution(Vertical):
    def __init__(self, exercise: Exercise, unlocked: bool, own: Mapping[str, str]) -> None:
        """``own``: the learner's files, as they are at each moment."""
        super().__init__()
        self.exercise = exercise
        self.unlocked = unlocked
        self.own = own
        self.comparing = False

    def compose(self) -> ComposeResult:
        yield Static("", markup=False, classes="note")
        yield RuleEditor(read_only=True, id="reference")
        yield Comparison()
        with VerticalScroll(id="learned"):
            yield Markdown("", open_links=False)

    def on_mount(self) -> None:
        self.relabel()

    def unlock(self) -> None:
        self.unlocked = True
        self.relabel()

    def compare(self, on: bool) -> None:
        """The reference beside the learner's own text, or alone."""
        self.comparing = on
        self.relabel()

    def relabel(self) -> None:
        words = words_of(self)
        self.query_one(".note", Static).update(self._note(words))
        reference, learned, comparison = self.query_one(RuleEditor), self.query_one("#learned"), self.query_one(Comparison)
        comparison.display = self.unlocked and self.comparing
        reference.display = self.unlocked and not self.comparing
        if comparison.display:
            answers = {name: file.text for name, file in self.exercise.reference_answers.items()}
            comparison.show(self.own, {LEARNER_FILE: self.exercise.reference.text, **answers})
        if self.unlocked and not reference.text:
            reference.load_text(solution_text(self.exercise))
        text = words.of(self.exercise.learned) if self.unlocked else ""
        learned.display = bool(text)
        self.query_one(Markdown).update(text)

    def _note(self, words: Words) -> Content:
        if not self.unlocked:
            return Content(words("solution.locked"))
        other = words("solution.alone" if self.comparing else "solution.compare")
        return Content.assemble(words("solution.title"), "  ", ("c", "bold $footer-key-foreground"), f" {other}")
