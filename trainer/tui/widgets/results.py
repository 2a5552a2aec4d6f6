"""The results pane: seven tabs over one run. It routes a run to them; each tab knows how to show its part."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import DataTable, OptionList, TabbedContent, TabPane, TextArea, Tree

from trainer.content import Exercise
from trainer.engine import Alert
from trainer.events import Event
from trainer.grading import GradeReport
from trainer.tui.desk import Run
from trainer.tui.messages import ExplainEvent, GivingUp, ShowEvents
from trainer.tui.widgets.actions import Actions
from trainer.tui.widgets.alerts import Alerts
from trainer.tui.widgets.comparison import Comparison
from trainer.tui.widgets.criteria import Criteria
from trainer.tui.widgets.event_table import EventTable
from trainer.tui.widgets.events import Events
from trainer.tui.widgets.frame import words_of
from trainer.tui.widgets.hints import Hints, Solution
from trainer.tui.widgets.why import Why

TABS = ("criteria", "alerts", "actions", "events", "why", "hints", "solution")
KEYS_GO_TO = (DataTable, EventTable, OptionList, Tree, TextArea, Comparison)
"""What gets the focus of a tab."""


class Results(Vertical):
    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(str(number), f"tab('{tab}')", show=False) for number, tab in enumerate(TABS, 1)),
        Binding("h", "hint", show=False),
        Binding("c", "compare", show=False),
        Binding("g", "give_up", show=False),
    ]

    def __init__(self, exercise: Exercise, unlocked: bool, own: Mapping[str, str]) -> None:
        """``unlocked``: the solution may be seen. ``own``: the learner's files, as they are at each moment."""
        super().__init__(id="results")
        self.exercise = exercise
        self.criteria = Criteria(exercise)
        self.alerts = Alerts()
        self.actions = Actions()
        self.events = Events(())
        self.why = Why()
        self.hints = Hints(exercise)
        self.solution = Solution(exercise, unlocked, own)

    def compose(self) -> ComposeResult:
        with TabbedContent(id="tabs"):
            for name in TABS:
                with TabPane(words_of(self)(f"tab.{name}"), id=name):
                    yield self.part(name)

    def part(self, name: str) -> Widget:
        parts: dict[str, Widget] = {
            "criteria": self.criteria,
            "alerts": self.alerts,
            "actions": self.actions,
            "events": self.events,
            "why": self.why,
            "hints": self.hints,
            "solution": self.solution,
        }
        return parts[name]

    @property
    def tabs(self) -> TabbedContent:
        return self.query_one("#tabs", TabbedContent)

    def open(self, name: str, focus: bool = True) -> None:
        """Brings a tab to the front, and the keyboard to what can be used in it."""
        self.tabs.active = name
        if focus:
            self.focus_tab()

    def focus_tab(self) -> None:
        part = self.part(self.tabs.active or "criteria")
        for found in part.query("*"):
            if isinstance(found, KEYS_GO_TO) and found.display and found.focusable:
                found.focus()
                return
        if part.focusable:
            part.focus()
        else:
            self.tabs.query_one("ContentTabs").focus()

    def next_tab(self) -> None:
        self.open(TABS[(TABS.index(self.tabs.active or "criteria") + 1) % len(TABS)])

    # A run.

    def begin(self) -> None:
        self.alerts.begin()
        self.events.clear()
        self.why.clear()

    def add(self, events: list[Event], alerts: list[Alert], own: frozenset[str]) -> None:
        if alerts:
            self.alerts.add(alerts, own)
        if events or alerts:
            self.events.add(events, alerts)

    def finish(self, run: Run) -> None:
        report: GradeReport = run.report
        self.alerts.finish(report.refused)
        self.events.actions = tuple(verdict.action_id for verdict in report.actions)
        self.events.finish()
        self.criteria.show(report)
        self.actions.show(report)
        self.why.set_run(run)
        self.hints.offer(report.hints)
        if report.passed:
            self.solution.unlock()

    def relabel(self) -> None:
        words = words_of(self)
        for name in TABS:
            self.tabs.get_tab(name).label = words(f"tab.{name}")
        for part in (self.criteria, self.alerts, self.actions, self.events, self.why, self.hints, self.solution):
            part.relabel()

    def on_explain_event(self, message: ExplainEvent) -> None:
        message.stop()
        self.why.show(message.event_num, message.rule)
        self.events.go_to(message.event_num)
        self.open("why")

    def on_show_events(self, message: ShowEvents) -> None:
        message.stop()
        self.events.show_action(message.action_id)
        self.open("events")

    def action_tab(self, name: str) -> None:
        self.open(name)

    def action_hint(self) -> None:
        self.open("hints")
        self.hints.take()

    def action_compare(self) -> None:
        """The solution beside the learner's own text, or alone; where it may be seen."""
        if not self.solution.unlocked:
            self.open("solution")
        else:
            self.show_solution(compare=self.tabs.active != "solution" or not self.solution.comparing)

    def action_give_up(self) -> None:
        if self.solution.unlocked:
            self.open("solution")
        else:
            self.post_message(GivingUp())

    def show_solution(self, *, compare: bool) -> None:
        self.solution.unlock()
        self.solution.compare(compare)
        self.open("solution")
