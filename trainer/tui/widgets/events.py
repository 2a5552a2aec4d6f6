"""The Events tab: every event of the run, by action. Enter asks why the rule matched it or not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from rich.cells import cell_len
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Select, Static

from trainer.engine import Alert
from trainer.events import Event, FieldValue
from trainer.events.audit import SOURCE as AUDIT_SOURCE
from trainer.events.audit import request_of
from trainer.tui.messages import ExplainEvent
from trainer.tui.widgets.event_table import Cells, EventTable
from trainer.tui.widgets.frame import words_of

ALL, BACKGROUND, ALERTED = "*", "-", "!"
RULE_WIDTH, SUBJECT_WIDTH = 24, 60


class Events(Vertical):
    def __init__(self, actions: tuple[str, ...]) -> None:
        super().__init__()
        self.actions = actions
        self.events: list[Event] = []
        self.rules: defaultdict[int, list[str]] = defaultdict(list)
        self.filter = ALL
        self._by_number: dict[int, Event] = {}

    @property
    def table(self) -> EventTable:
        return self.query_one(EventTable)

    def compose(self) -> ComposeResult:
        with Horizontal(classes="filter"):
            yield Static("", markup=False, classes="label")
            yield Select[str]([(ALL, ALL)], allow_blank=False, compact=True)
        yield EventTable(self._cells)

    def on_mount(self) -> None:
        self.relabel()

    def clear(self) -> None:
        self.events, self.filter = [], ALL
        self._by_number.clear()
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

    def add(self, events: Sequence[Event], alerts: Iterable[Alert]) -> None:
        for alert in alerts:
            self.rules[alert.event_num].append(alert.rule)
        self.events.extend(events)
        self._by_number.update((event.num, event) for event in events)
        self._append(events)

    def finish(self) -> None:
        """The run is over: the background and unexpected actions can be chosen too."""
        self.relabel()

    def show_action(self, action_id: str) -> None:
        self.query_one(Select).value = action_id
        self.filter = action_id
        self._fill()

    def go_to(self, num: int) -> None:
        if num in self.table.rows:
            self.table.move_to(self.table.rows.index(num))

    def _fill(self) -> None:
        words = words_of(self)
        audit = bool(self.events) and all(event.source == AUDIT_SOURCE for event in self.events)
        keys = ("num", "action", "type", "user" if audit else "proc", "rule", "what")
        self.table.begin([words(f"events.{key}") for key in keys])
        self._append(self.events)

    def _append(self, events: Sequence[Event]) -> None:
        wanted = [event for event in events if self._wanted(event)]
        longest = [len(str(wanted[-1].num))] if wanted else [0]
        for texts in (
            {event.action or "" for event in wanted},
            {event.type for event in wanted},
            {actor(event) for event in wanted},
            {self._rule(num) for num in self.rules},
        ):
            longest.append(max(map(cell_len, texts), default=0))
        widest = 0
        for event in wanted:
            if widest >= SUBJECT_WIDTH:
                break
            widest = max(widest, cell_len(subject(event)))
        self.table.append([event.num for event in wanted], [*longest, widest])

    def _cells(self, num: int) -> Cells:
        event = self._by_number[num]
        return (str(num), event.action or "", event.type, actor(event), self._rule(num), subject(event))

    def _wanted(self, event: Event) -> bool:
        if self.filter == ALERTED:
            return event.num in self.rules
        return self.filter in (ALL, event.action or BACKGROUND)

    def _rule(self, num: int) -> str:
        text = ", ".join(self.rules.get(num, ()))
        return text if len(text) <= RULE_WIDTH else text[: RULE_WIDTH - 1] + "…"

    def on_select_changed(self, event: Select.Changed) -> None:
        event.stop()
        if isinstance(event.value, str) and event.value != self.filter:
            self.filter = event.value
            self._fill()

    def on_event_table_selected(self, event: EventTable.Selected) -> None:
        event.stop()
        self.post_message(ExplainEvent(event.row))


def actor(event: Event, unknown: str = "") -> str:
    """Who did it: the process, or the user of a request to the API server."""
    found = event.fields.get("proc.name", event.fields.get("ka.user.name"))
    return unknown if found is None else plain(found)


def subject(event: Event, limit: int = SUBJECT_WIDTH) -> str:
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
