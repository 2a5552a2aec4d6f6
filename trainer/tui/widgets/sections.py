"""A table with headings between its rows: the cursor passes over them, in the direction in which it goes."""

from __future__ import annotations

from collections.abc import Set

from textual.coordinate import Coordinate
from textual.widgets import DataTable


class SectionTable(DataTable[object]):
    def __init__(self, id: str) -> None:
        super().__init__(cursor_type="row", zebra_stripes=True, id=id)
        self._headings: Set[int] = frozenset()

    def clear(self, columns: bool = False) -> SectionTable:
        self._headings = frozenset()
        super().clear(columns)
        return self

    def set_headings(self, rows: Set[int]) -> None:
        """Numbers of the rows that are headings, after the rows were added."""
        self._headings = rows

    def validate_cursor_coordinate(self, value: Coordinate) -> Coordinate:
        value = super().validate_cursor_coordinate(value)
        back = value.row < self.cursor_coordinate.row
        return Coordinate(self._free(value.row, -1 if back else 1), value.column)

    def _free(self, row: int, step: int) -> int:
        """The next row that is no heading; the other way where there is none."""
        for direction in (step, -step):
            at = row
            while at in self._headings and 0 <= at < self.row_count:
                at += direction
            if 0 <= at < self.row_count:
                return at
        return row
