"""What a graded attempt says: outcomes, criterion results, verdicts on actions, and their JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from trainer.content.model import ActionKind, Hint
from trainer.diagnostics import Diagnostic
from trainer.source import SourceFile

if TYPE_CHECKING:
    from trainer.engine import Alert

LEARNER_FILE = "falco_rules.local.yaml"
"""Name under which a submission holds the learner's rules."""

VerdictWord = Literal["caught", "missed", "false alarm", "silent"]


class Outcome(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"
    """Not looked at, because a criterion that it needs did not pass."""
    ERROR = "error"
    """The trainer's fault: these points are neither won nor lost."""


@dataclass(frozen=True, slots=True)
class Submission:
    """What the learner hands in: rules files by name, and the files that a task asks for."""

    files: Mapping[str, SourceFile]
    answers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of_rules(cls, text: str, answers: Mapping[str, str] | None = None) -> Submission:
        return cls({LEARNER_FILE: SourceFile(LEARNER_FILE, text)}, answers or {})


@dataclass(frozen=True, slots=True)
class CriterionResult:
    """One criterion's outcome. ``actual`` and ``expected`` are always filled; ``reason`` says why where it did not pass."""

    criterion_id: str
    kind: str
    text: Mapping[str, str]
    outcome: Outcome
    points: int
    max_points: int
    actual: str
    expected: str
    reason: str = ""
    help: str = ""
    evidence: tuple[int, ...] = ()
    """Numbers of the events that decided."""
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class ActionVerdict:
    """What the learner's rules made of one action of the scenario."""

    action_id: str
    kind: ActionKind
    verdict: VerdictWord
    alerts: tuple[Alert, ...] = ()
    """Every alert that the action caused, those of base rules too."""
    reason: str = ""
    event_num: int | None = None
    """The event to look at: the one that alerted, or the one that came nearest."""
    rule: str | None = None
    """The rule to look at on that event."""
    run: tuple[str, ...] = ()
    why: Mapping[str, str] = field(default_factory=dict)


EventsFrom: TypeAlias = Literal["live", "recorded", "given"]
"""Containers that ran just now, a recording of them, or audit events that stand in the scenario."""


@dataclass(frozen=True, slots=True)
class GradeReport:
    exercise: str
    score: int
    max_score: int
    """Without the points of criteria whose outcome is error."""
    passed: bool
    criteria: tuple[CriterionResult, ...]
    actions: tuple[ActionVerdict, ...]
    alerts: tuple[Alert, ...]
    diagnostics: tuple[Diagnostic, ...]
    hints: tuple[Hint, ...]
    """Those that fit this attempt, the most fitting first; shown one at a time."""
    source: EventsFrom = "recorded"
    events: int = 0
    """How many events were evaluated."""
    seed: int = 0
    scenario: str = ""
    own_rules: frozenset[str] = frozenset()
    """Names of the rules that the learner's file holds."""
    problem: str = ""
    """What went wrong with the capture, when something did."""
    note: str = ""
    """What the learner should know of the events, in the report's language."""

    def to_json(self) -> dict[str, Any]:
        return {
            "exercise": self.exercise,
            "scenario": self.scenario,
            "seed": self.seed,
            "source": self.source,
            "score": self.score,
            "max_score": self.max_score,
            "passed": self.passed,
            "events": self.events,
            "problem": self.problem,
            "note": self.note,
            "criteria": [_criterion_json(result) for result in self.criteria],
            "actions": [self._action_json(verdict) for verdict in self.actions],
            "alerts": [self._alert_json(alert) for alert in self.alerts],
            "diagnostics": [_diagnostic_json(diagnostic) for diagnostic in self.diagnostics],
            "hints": [{"when": hint.when, "text": dict(hint.text)} for hint in self.hints],
        }

    def _action_json(self, verdict: ActionVerdict) -> dict[str, Any]:
        return {
            "id": verdict.action_id,
            "kind": verdict.kind.value,
            "verdict": verdict.verdict,
            "reason": verdict.reason,
            "event": verdict.event_num,
            "rule": verdict.rule,
            "run": list(verdict.run),
            "why": dict(verdict.why),
            "alerts": [self._alert_json(alert) for alert in verdict.alerts],
        }

    def _alert_json(self, alert: Alert) -> dict[str, Any]:
        return {
            "rule": alert.rule,
            "priority": alert.priority.label,
            "output": alert.output,
            "event": alert.event_num,
            "own": alert.rule in self.own_rules,
        }


def _criterion_json(result: CriterionResult) -> dict[str, Any]:
    return {
        "id": result.criterion_id,
        "kind": result.kind,
        "text": dict(result.text),
        "outcome": result.outcome.value,
        "points": result.points,
        "max_points": result.max_points,
        "actual": result.actual,
        "expected": result.expected,
        "reason": result.reason,
        "help": result.help,
        "evidence": list(result.evidence),
    }


def _diagnostic_json(diagnostic: Diagnostic) -> dict[str, Any]:
    data: dict[str, Any] = {
        "code": diagnostic.code.value,
        "severity": diagnostic.severity.value,
        "message": diagnostic.message,
        "help": diagnostic.help,
        "notes": list(diagnostic.notes),
    }
    if diagnostic.span is not None:
        position = diagnostic.span.position
        data |= {"file": diagnostic.span.file.name, "line": position.line, "column": position.column}
    return data
