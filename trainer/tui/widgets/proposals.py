"""The list of proposals under the cursor. It takes no focus: the editor keeps the keys and moves its mark."""

from __future__ import annotations

from rich.cells import cell_len
from textual.content import Content
from textual.geometry import Offset
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from trainer.engine.assist import Completions, Item

ROWS = 8
WIDTH = 66
_LABEL = 30
_MOST = 200
_MARKS = {
    "field": "f",
    "macro": "m",
    "list": "l",
    "operator": "o",
    "event_type": "e",
    "rule": "r",
    "key": "k",
    "transformer": "t",
}


class ProposalList(OptionList, can_focus=False):
    def __init__(self) -> None:
        super().__init__(id="proposals", markup=False)
        self.completions = Completions(0, 0)
        self.chosen = False
        """The learner moved the mark, or asked for the list: Enter takes what is marked."""

    @property
    def open(self) -> bool:
        return bool(self.completions)

    def show(self, completions: Completions, at: Offset, chosen: bool) -> None:
        self.completions, self.chosen = completions, chosen
        self.clear_options()
        self.add_options([Option(_line(item)) for item in completions.items[:_MOST]])
        self.highlighted = 0
        self.absolute_offset = Offset(max(0, at.x), at.y + 1)
        self.styles.height = min(ROWS, len(completions.items))
        self.display = True

    def close(self) -> None:
        self.completions, self.chosen = Completions(0, 0), False
        self.display = False

    def move(self, step: int) -> None:
        count = self.option_count
        here = self.highlighted or 0
        self.chosen = True
        self.highlighted = (here + step) % count if abs(step) == 1 else max(0, min(count - 1, here + step))

    def marked(self) -> Item:
        return self.completions.items[self.highlighted or 0]


def _line(item: Item) -> Content:
    label = item.label if cell_len(item.label) <= _LABEL else item.label[: _LABEL - 1] + "…"
    padded = label + " " * (_LABEL - cell_len(label))
    style = "dim" if item.deprecated else "bold"
    room = WIDTH - _LABEL - 5
    detail = Content(item.detail.split("\n", 1)[0]).truncate(room, ellipsis=True)
    return Content.assemble(
        (f"{_MARKS.get(item.kind, ' ')} ", "$text-muted"), (padded, style), " ", detail.stylize("$text-muted")
    )
