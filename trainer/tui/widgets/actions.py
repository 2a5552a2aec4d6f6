"""The Actions tab: what the rules made of each action of the scenario."""

from __future__ import annotations

import shlex
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import DataTable, Static

from trainer.grading import ActionVerdict, GradeReport
from trainer.tui.messages import ExplainEvent, ShowEvents
from trainer.tui.widgets.frame import words_of

STYLE = {"caught": "green", "missed": "bold red", "false alarm": "bold red", "silent": "green"}
MARK = {"caught": "✓", "missed": "✗", "false alarm": "✗", "silent": "✓"}


class Actions(Vertical):
    BINDINGS: ClassVar[list[BindingType]] = [Binding("e", "events", show=False)]

    def __init__(self) -> None:
        super().__init__()
        self.verdicts: tuple[ActionVerdict, ...] = ()

    def compose(self) -> ComposeResult:
        yield Static("", markup=False, classes="note")
        yield DataTable(cursor_type="row", zebra_stripes=True)
        yield Static("", markup=False, classes="detail")

    def on_mount(self) -> None:
        self.relabel()

    def show(self, report: GradeReport) -> None:
        self.verdicts = report.actions
        self.relabel()

    def relabel(self) -> None:
        words = words_of(self)
        self.query_one(".note", Static).update(words("actions.enter") if self.verdicts else words("none.yet"))
        table = self.query_one(DataTable)
        row = table.cursor_row
        table.clear(columns=True)
        table.add_columns(words("actions.verdict"), words("actions.action"), words("actions.reason"))
        for found in self.verdicts:
            style = "dim" if found.kind.value == "background" else STYLE[found.verdict]
            word = f"{MARK[found.verdict]} {words.named('verdict', found.verdict)}"
            table.add_row(Text(word, style), Text(found.action_id), Text(found.reason.removeprefix(f"{found.action_id}, ")))
        if self.verdicts:
            table.move_cursor(row=min(row, len(self.verdicts) - 1))
        self._detail()

    def choose(self, row: int) -> None:
        self.query_one(DataTable).move_cursor(row=row)

    def _chosen(self) -> ActionVerdict | None:
        row = self.query_one(DataTable).cursor_row
        return self.verdicts[row] if 0 <= row < len(self.verdicts) else None

    def _detail(self) -> None:
        words = words_of(self)
        found = self._chosen()
        if found is None:
            self.query_one(".detail", Static).update("")
            return
        parts: list[Content] = [
            Content.assemble((words.named("kind", found.kind.value), "bold"), "  ", (shlex.join(found.run), "$text-accent"))
        ]
        if why := words.of(found.why):
            parts.append(Content(why))
        if found.reason:
            reason = found.reason.removeprefix(f"{found.action_id}, ")
            parts.append(Content.assemble((words("criteria.why") + ": ", "$text-muted"), reason))
        self.query_one(".detail", Static).update(Content("\n").join(parts))

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        event.stop()
        self._detail()

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        event.stop()
        found = self._chosen()
        if found is None:
            return
        if found.event_num is not None:
            self.post_message(ExplainEvent(found.event_num, found.rule))
        else:
            self.post_message(ShowEvents(found.action_id))

    def action_events(self) -> None:
        found = self._chosen()
        if found is not None:
            self.post_message(ShowEvents(found.action_id))
