"""The Events tab: every event of the run, by action. Enter asks why the rule matched it or not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import DataTable, Select, Static

from trainer.engine import Alert
from trainer.events import Event, FieldValue
from trainer.events.audit import SOURCE as AUDIT_SOURCE
from trainer.events.audit import request_of
from trainer.tui.messages import ExplainEvent
from trainer.tui.widgets.frame import words_of

ALL, BACKGROUND, ALERTED = "*", "-", "!"
RULE_WIDTH = 24


class Events(Vertical):
    def __init__(self, actions: tuple[str, ...]) -> None:
        super().__init__()
        self.actions = actions
        self.events: list[Event] = []
        self.rules: defaultdict[int, list[str]] = defaultdict(list)
        self.filter = ALL
        self._shown: list[int] = []

    def compose(self) -> ComposeResult:
        with Horizontal(classes="filter"):
            yield Static("", markup=False, classes="label")
            yield Select[str]([(ALL, ALL)], allow_blank=False, compact=True)
        yield DataTable(cursor_type="row", zebra_stripes=True)

    def on_mount(self) -> None:
        self.relabel()

    def clear(self) -> None:
        self.events, self.filter = [], ALL
        self.rules.clear()
        self.relabel()

    def relabel(self) -> None:
        words = words_of(self)
        self.query_one(".label", Static).update(words("events.filter"))
        seen = {event.action for event in self.events}
        names = [*self.actions, *sorted(name for name in seen if name and name not in self.actions)]
        options = [(words("events.all"), ALL), (words("events.alerted"), ALERTED), *((name, name) for name in names)]
        if None in seen:
            options.append((words("events.background"), BACKGROUND))
        select = self.query_one(Select)
        kept = self.filter
        with select.prevent(Select.Changed):
            select.set_options([(Text(label), value) for label, value in options])
            self.filter = kept if kept in {value for _, value in options} else ALL
            select.value = self.filter
        # Select renews its label only when the value changes, and here the language may have.
        select.query_one("#label", Static).update(next(Text(label) for label, value in options if value == self.filter))
        self._fill()

    def add(self, events: Iterable[Event], alerts: Iterable[Alert]) -> None:
        matched = set()
        for alert in alerts:
            self.rules[alert.event_num].append(alert.rule)
            matched.add(alert.event_num)
        new = list(events)
        self.events.extend(new)
        table = self.query_one(DataTable)
        self._append(table, new)
        for num in matched & set(self._shown[: -len(new) or None]):
            table.update_cell(str(num), "rule", self._rule(num))

    def finish(self) -> None:
        """The run is over: the background and unexpected actions can be chosen too."""
        self.relabel()

    def show_action(self, action_id: str) -> None:
        self.query_one(Select).value = action_id
        self.filter = action_id
        self._fill()

    def go_to(self, num: int) -> None:
        if num in self._shown:
            self.query_one(DataTable).move_cursor(row=self._shown.index(num))

    def _fill(self) -> None:
        words = words_of(self)
        table = self.query_one(DataTable)
        table.clear(columns=True)
        self._shown = []
        audit = bool(self.events) and all(event.source == AUDIT_SOURCE for event in self.events)
        for key in ("num", "action", "type", "proc", "rule", "what"):
            table.add_column(words("events.user" if audit and key == "proc" else f"events.{key}"), key=key)
        self._append(table, self.events)

    def _append(self, table: DataTable[Text], events: Iterable[Event]) -> None:
        for event in events:
            if not self._wanted(event):
                continue
            self._shown.append(event.num)
            proc = actor(event)
            table.add_row(
                Text(str(event.num), justify="right"),
                Text(event.action or "", "" if event.action else "dim"),
                Text(event.type),
                Text(proc),
                self._rule(event.num),
                Text(subject(event)),
                key=str(event.num),
            )

    def _wanted(self, event: Event) -> bool:
        if self.filter == ALERTED:
            return event.num in self.rules
        return self.filter in (ALL, event.action or BACKGROUND)

    def _rule(self, num: int) -> Text:
        text = ", ".join(self.rules.get(num, ()))
        return Text(text if len(text) <= RULE_WIDTH else text[: RULE_WIDTH - 1] + "…", "bold")

    def on_select_changed(self, event: Select.Changed) -> None:
        event.stop()
        if isinstance(event.value, str) and event.value != self.filter:
            self.filter = event.value
            self._fill()

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        event.stop()
        if 0 <= event.cursor_row < len(self._shown):
            self.post_message(ExplainEvent(self._shown[event.cursor_row]))


def actor(event: Event, unknown: str = "") -> str:
    """Who did it: the process, or the user of a request to the API server."""
    found = event.fields.get("proc.name", event.fields.get("ka.user.name"))
    return unknown if found is None else plain(found)


def subject(event: Event, limit: int = 60) -> str:
    """What an event was about, short: the file, the connection, the command line or the request."""
    value: FieldValue | None
    if asked := request_of(event):
        value = asked
    elif event.type.startswith(("execve", "clone", "fork", "vfork", "procexit")):
        value = event.fields.get("proc.cmdline")
    else:
        value = event.fields.get("fd.name") or event.fields.get("fs.path.name") or event.fields.get("evt.args")
    text = "" if value is None else " ".join(plain(value).split())
    return text if len(text) <= limit else text[: limit - 1] + "…"


def plain(value: FieldValue) -> str:
    """A field's value for a table's cell."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return " ".join(plain(item) for item in value)
    return str(value)
