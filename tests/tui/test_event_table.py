"""The table of events: what it draws, how it moves, and that a row costs nothing before it is seen."""

from __future__ import annotations

import pytest
from textual.app import App, ComposeResult

from trainer.tui.widgets.event_table import Cells, EventTable

TITLES = ("#", "action", "event", "process", "rule", "what")
WIDTHS = (5, 6, 6, 7, 4, 12)


class Shows(App[None]):
    """Holds one table of ``count`` rows."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.count = count
        self.asked: list[int] = []
        self.selected: list[int] = []

    def compose(self) -> ComposeResult:
        yield EventTable(self.cells)

    def on_mount(self) -> None:
        self.table.begin(TITLES)
        self.table.append(range(1, self.count + 1), WIDTHS)

    @property
    def table(self) -> EventTable:
        return self.query_one(EventTable)

    def cells(self, row: int) -> Cells:
        self.asked.append(row)
        return (str(row), "a", "openat", "cat", "R" if row % 7 == 0 else "", f"/srv/{row}")

    def on_event_table_selected(self, message: EventTable.Selected) -> None:
        self.selected.append(message.row)

    def line(self, y: int) -> str:
        return self.table.render_line(y).text


async def test_a_row_is_made_when_it_is_seen() -> None:
    app = Shows(5000)
    async with app.run_test(size=(80, 12)) as pilot:
        await pilot.pause()
        assert max(app.asked) < 20
        await pilot.press("end")
        await pilot.pause()
        assert set(range(4992, 5001)) < set(app.asked)
        assert len(set(app.asked)) < 40
        assert app.table.cursor == 4999


async def test_the_header_stays_and_the_numbers_end_in_one_column() -> None:
    app = Shows(300)
    async with app.run_test(size=(80, 12)) as pilot:
        for key in ("home", "pagedown", "end"):
            await pilot.press(key)
            await pilot.pause()
            assert app.line(0).split() == list(TITLES)
        last = app.line(11)
        assert last.split() == ["300", "a", "openat", "cat", "/srv/300"]
        assert last.index("300") + 3 == 6
        await pilot.press("home")
        await pilot.pause()
        assert app.line(1).index("1") + 1 == 6


@pytest.mark.parametrize(
    "keys, cursor",
    [
        (["down", "down", "up"], 1),
        (["up"], 0),
        (["end", "down"], 299),
        (["pagedown"], 11),
        (["pagedown", "pagedown", "pageup"], 11),
        (["end", "home"], 0),
    ],
)
async def test_keys_move_the_mark_and_it_stays_in_sight(keys: list[str], cursor: int) -> None:
    app = Shows(300)
    async with app.run_test(size=(80, 12)) as pilot:
        app.table.focus()
        await pilot.press(*keys)
        await pilot.pause()
        assert app.table.cursor == cursor
        shown = [app.line(y).split()[0] for y in range(1, 12)]
        assert str(cursor + 1) in shown


async def test_enter_and_a_click_choose_a_row() -> None:
    app = Shows(300)
    async with app.run_test(size=(80, 12)) as pilot:
        app.table.focus()
        await pilot.press("down", "enter")
        await pilot.click(EventTable, offset=(3, 5))
        await pilot.click(EventTable, offset=(3, 0))
        await pilot.pause()
        assert app.selected == [2, 5]


async def test_control_and_wide_characters_take_their_cells() -> None:
    app = Shows(0)
    async with app.run_test(size=(60, 6)) as pilot:
        table = app.table
        table._cells = lambda row: ("1", "가", "e\x1b[31m", "a\nb", "", "끝까지 가는 긴 이름")  # type: ignore[method-assign]
        table.append([1], WIDTHS)
        await pilot.pause()
        strip = table.render_line(1)
        assert strip.cell_length == 60
        assert not set("\x1b\n") & set(strip.text)
        assert "a b" in strip.text
