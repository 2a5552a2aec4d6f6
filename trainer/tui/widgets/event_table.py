"""A table of thousands of events that costs what is seen of it: a line is made when it is drawn (Textual's Line API).

Textual's DataTable measures every cell of every row as it is added, and draws each through Rich: too slow beside a grade that runs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

Cells = tuple[str, ...]
_CONTROLS = str.maketrans(dict.fromkeys([*range(32), *range(127, 160)], " "))
"""A program's arguments may hold what a terminal would obey."""


class EventTable(ScrollView, can_focus=True):
    """Rows are known by a number of their own; ``cells`` gives a row's texts when the row is drawn."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "event-table--header",
        "event-table--even",
        "event-table--cursor",
        "event-table--dim",
    }
    DEFAULT_CSS = """
    EventTable {
        background: $surface; color: $foreground; height: 1fr; overflow: auto auto;
        & > .event-table--header { text-style: bold; background: $panel; color: $foreground; }
        &:ansi > .event-table--header { background: ansi_bright_blue; color: ansi_default; }
        & > .event-table--even { background: $surface-lighten-1 50%; }
        &:dark > .event-table--even { background: $surface-darken-1 40%; }
        & > .event-table--cursor {
            background: $block-cursor-blurred-background;
            color: $block-cursor-blurred-foreground;
            text-style: $block-cursor-blurred-text-style;
        }
        &:focus > .event-table--cursor {
            background: $block-cursor-background; color: $block-cursor-foreground; text-style: $block-cursor-text-style;
        }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", show=False),
        Binding("down", "move(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("home,ctrl+home", "end(-1)", show=False),
        Binding("end,ctrl+end", "end(1)", show=False),
        Binding("enter", "select", show=False),
    ]

    cursor = reactive(0)
    """Index of the marked row."""

    class Selected(Message):
        """Enter or a click on a row."""

        def __init__(self, row: int) -> None:
            super().__init__()
            self.row = row

    def __init__(self, cells: Callable[[int], Cells], right: int = 0, bold: int = 4) -> None:
        """``cells``: a row's number to its texts. Column ``right`` is set to the right, column ``bold`` is bold."""
        super().__init__()
        self.titles: Cells = ()
        self.rows: list[int] = []
        self._cells = cells
        self._right, self._bold = right, bold
        self._widths: list[int] = []

    # What is shown.

    def begin(self, titles: Sequence[str]) -> None:
        """No rows, and these columns."""
        self.titles = tuple(titles)
        self.rows = []
        self._widths = [cell_len(title) for title in titles]
        self.cursor = 0
        self.scroll_to(0, 0, animate=False)
        self._grown()

    def append(self, rows: Sequence[int], widths: Sequence[int]) -> None:
        """More rows, and the cells that their texts take at most in each column."""
        self.rows.extend(rows)
        self.widen(widths)

    def widen(self, widths: Sequence[int]) -> None:
        """The columns have to hold texts of these widths too."""
        self._widths = [max(pair) for pair in zip(self._widths, widths, strict=True)]
        self._grown()

    def texts(self, index: int) -> Cells:
        """The texts of the row at ``index``."""
        return self._cells(self.rows[index])

    def _grown(self) -> None:
        # Another size lays the whole screen out anew: not while the table is not seen.
        if self.is_on_screen:
            self.virtual_size = Size(sum(self._widths) + 2 * len(self._widths), len(self.rows) + 1)
            self.refresh()
            self.call_after_refresh(self._keep_in_sight)

    def on_show(self) -> None:
        self._grown()

    # Drawing.

    def render_line(self, y: int) -> Strip:
        scroll_x, scroll_y = self.scroll_offset
        index = scroll_y + y - 1
        if y == 0:
            cells, style = self.titles, self.get_component_rich_style("event-table--header")
        elif index < len(self.rows):
            cells, style = self.texts(index), self._row_style(index)
        else:
            return Strip.blank(self.size.width, self.rich_style)
        segments = []
        for column, (text, width) in enumerate(zip(cells, self._widths, strict=True)):
            shown = text.translate(_CONTROLS)
            if column == self._right:
                shown = " " * (width - cell_len(shown)) + shown
            own = style + Style(bold=True) if column == self._bold and y else style
            segments.append(Segment(f" {set_cell_size(shown, width)} ", own))
        whole = Strip(segments).extend_cell_length(scroll_x + self.size.width, style)
        return whole.crop(scroll_x, scroll_x + self.size.width)

    def _row_style(self, index: int) -> Style:
        if index == self.cursor:
            return self.get_component_rich_style("event-table--cursor")
        return self.rich_style if index % 2 else self.get_component_rich_style("event-table--even")

    # The cursor.

    def move_to(self, index: int) -> None:
        self.cursor = index

    def validate_cursor(self, index: int) -> int:
        return max(0, min(index, len(self.rows) - 1))

    def watch_cursor(self) -> None:
        self._keep_in_sight()
        self.refresh()

    def _keep_in_sight(self) -> None:
        index, height, top = self.cursor, self._page, round(self.scroll_offset.y)
        if not top <= index < top + height:
            self.scroll_to(y=index if index < top else index - height + 1, animate=False)

    @property
    def _page(self) -> int:
        return max(1, self.scrollable_content_region.height - 1)

    def action_move(self, step: int) -> None:
        self.cursor += step

    def action_page(self, step: int) -> None:
        self.cursor += step * self._page

    def action_end(self, step: int) -> None:
        self.cursor = 0 if step < 0 else len(self.rows) - 1

    def action_select(self) -> None:
        if self.rows:
            self.post_message(self.Selected(self.rows[self.cursor]))

    def on_click(self, event: events.Click) -> None:
        index = round(self.scroll_offset.y) + event.y - 1
        if event.y and index < len(self.rows):
            self.cursor = index
            self.action_select()
