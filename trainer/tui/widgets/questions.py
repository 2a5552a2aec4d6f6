"""The questions of an exam as a list: state, flag, title and points of each, and the way to hand in."""

from __future__ import annotations

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from trainer.tui.exam_desk import OpenExam
from trainer.tui.widgets.frame import words_of

HAND_IN = "hand-in"
NARROWEST = 24


class QuestionList(Vertical):
    """Enter on a question posts ``Chosen`` with its number; 0 is handing in."""

    class Chosen(Message):
        def __init__(self, number: int) -> None:
            super().__init__()
            self.number = number

    def __init__(self, exam: OpenExam) -> None:
        super().__init__(id="questions")
        self.exam = exam

    def compose(self) -> ComposeResult:
        yield OptionList(markup=False)
        yield Static("", markup=False, classes="note")

    @property
    def options(self) -> OptionList:
        return self.query_one(OptionList)

    def on_mount(self) -> None:
        self.relabel()
        self.mark()

    def on_resize(self) -> None:
        self.relabel()

    def mark(self) -> None:
        """Puts the cursor on the question that the learner is at."""
        self.options.highlighted = self.exam.number - 1

    def relabel(self) -> None:
        words, options = words_of(self), self.options
        here = options.highlighted
        lines = [Option(self.line(number)) for number in range(1, self.exam.count + 1)]
        last = Content.assemble(("F10 ", "bold $footer-key-foreground"), words("key.hand_in"))
        options.clear_options()
        options.add_options([*lines, None, Option(last, id=HAND_IN)])
        options.highlighted = here
        self.query_one(Static).update(words("exam.legend"))

    def line(self, number: int) -> Content:
        words = words_of(self)
        task = self.exam.attempt.tasks[number - 1]
        here = number == self.exam.number
        mark, style = ("◐", "$warning") if task.edited else ("○", "$text-muted")
        points = words("exam.points", points=task.points)
        head = Content.assemble(
            ("▸" if here else " ", "$accent"), f"{number:>2} ", (mark, style), ("⚑ " if task.flagged else "  ", "bold $error")
        )
        room = max(NARROWEST, self.size.width - 3) - head.cell_length - cell_len(points) - 1
        title = Content(words.of(self.exam.sheets[number].exercise.title)).truncate(room, ellipsis=True)
        gap = " " * (room - title.cell_length + 1)
        return Content.assemble(head, title.stylize("bold" if here else ""), gap, (points, "$text-muted"))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.post_message(self.Chosen(0 if event.option_id == HAND_IN else event.option_index + 1))
