"""The Alerts tab: alerts as Falco prints them, while they come. Enter asks why one was made."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from trainer.engine import Alert
from trainer.tui.messages import ExplainEvent
from trainer.tui.widgets.frame import words_of

LIMIT = 500
"""Alerts shown; a rule that is too wide can make thousands."""


class Alerts(Vertical):
    def __init__(self) -> None:
        super().__init__()
        self.alerts: list[Alert] = []
        self.count = 0
        self.phase = "none.yet"
        self.refused = ""
        """The sentence that Falco would not start with these rules."""

    def compose(self) -> ComposeResult:
        yield Static("", markup=False, classes="note")
        yield OptionList(markup=False, compact=True)

    def on_mount(self) -> None:
        self.relabel()

    def begin(self) -> None:
        self.alerts, self.count, self.phase, self.refused = [], 0, "alerts.running", ""
        self.query_one(OptionList).clear_options()
        self.relabel()

    def add(self, alerts: Iterable[Alert], own: Collection[str]) -> None:
        """More alerts, with the names of the learner's rules: those of other rules are dimmed."""
        options = []
        for alert in alerts:
            self.count += 1
            if len(self.alerts) >= LIMIT:
                continue
            self.alerts.append(alert)
            options.append(Option(Content.styled(alert.text_line(), "" if alert.rule in own else "$text-muted")))
        lister = self.query_one(OptionList)
        follow = not lister.has_focus
        lister.add_options(options)
        if follow and options:
            lister.scroll_end(animate=False)
        if options and lister.highlighted is None:
            lister.highlighted = 0
        self.relabel()

    def finish(self, refused: str = "") -> None:
        self.phase, self.refused = "alerts.none", refused
        self.relabel()

    def relabel(self) -> None:
        words = words_of(self)
        if self.count > LIMIT:
            text = words("alerts.more", count=self.count - LIMIT)
        elif self.alerts:
            text = words("alerts.enter")
        else:
            text = words(self.phase)
        warning = Content.styled(f"{self.refused}\n", "$warning") if self.refused else Content("")
        self.query_one(".note", Static).update(Content.assemble(warning, text))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        alert = self.alerts[event.option_index]
        self.post_message(ExplainEvent(alert.event_num, alert.rule))
