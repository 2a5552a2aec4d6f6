"""What a submission did with a run's events: alerts by rule and action, and why an action was missed or alerted."""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from trainer.diagnostics import Diagnostic
from trainer.engine import Alert, LoadResult, Ruleset, reason
from trainer.events import ActionResult, Event
from trainer.events.audit import request_of, text_of
from trainer.grading.clauses import true_clauses
from trainer.grading.nearest import nearest_explanation
from trainer.grading.sentences import say
from trainer.source import SourceFile
from trainer.source.yaml import YamlMapping, YamlScalar, YamlSequence, compose


def rule_names(file: SourceFile) -> tuple[str, ...]:
    """Names that stand after ``rule:`` in a rules file, even where the rule has errors."""
    names = []
    for document in compose(file).documents:
        for item in document.items if isinstance(document, YamlSequence) else ():
            name = item.get("rule") if isinstance(item, YamlMapping) else None
            if isinstance(name, YamlScalar) and name.value:
                names.append(name.value)
    return tuple(dict.fromkeys(names))


@dataclass(frozen=True, slots=True)
class Why:
    """Why an action was missed or alerted, and the event to look at. ``ours`` when the trainer could not know."""

    sentence: str
    event_num: int | None = None
    rule: str | None = None
    help: str = ""
    ours: bool = False


class Observation:
    """Events are added as they come; questions are asked at the end."""

    def __init__(self, load: LoadResult, own: tuple[str, ...], diagnostics: Sequence[Diagnostic], lang: str) -> None:
        self.load = load
        self.ruleset: Ruleset = load.ruleset
        self.own = own
        self.diagnostics = diagnostics
        self.lang = lang
        self.loaded = {rule.name: rule for rule in load.ruleset.rules}
        self.events: dict[str, list[Event]] = defaultdict(list)
        self.by_num: dict[int, Event] = {}
        self.alerts: list[Alert] = []
        self.by_action: dict[str, list[Alert]] = defaultdict(list)
        self.background: list[Alert] = []
        self.results: Mapping[str, ActionResult] = {}
        self.count = 0

    def add(self, event: Event) -> list[Alert]:
        self.count += 1
        if event.action is not None:
            self.events[event.action].append(event)
        alerts = self.ruleset.match(event, matching="first")
        if alerts:
            self.by_num[event.num] = event
            self.alerts.extend(alerts)
            (self.by_action[event.action] if event.action is not None else self.background).extend(alerts)
        return alerts

    def names(self, rule: object) -> tuple[str, ...]:
        """The rules that a criterion speaks of."""
        return (rule,) if isinstance(rule, str) else self.own

    def say(self, name: str, **values: object) -> str:
        return say(self.lang, name, **values)

    def called(self, rule: object) -> str:
        return self.say("rule", rule=rule) if isinstance(rule, str) else self.say("any_own_rule")

    def hits(self, action: str, names: Sequence[str]) -> list[Alert]:
        return [alert for alert in self.by_action.get(action, ()) if alert.rule in names]

    def trouble(self, action: str) -> str | None:
        """Why the trainer cannot say anything about an action."""
        result = self.results.get(action)
        if result is not None and result.exit_code is None and result.error:
            return self.say("action_error", action=action, error=result.error)
        if not self.events.get(action):
            return self.say("no_events", action=action)
        return None

    def why_not_loaded(self, rule: str) -> Why:
        if rule in self.own:
            error = next(
                (diagnostic for diagnostic in self.diagnostics if diagnostic.is_error and _about(diagnostic, rule)), None
            )
            error = error or next((diagnostic for diagnostic in self.diagnostics if diagnostic.is_error), None)
            if error is not None:
                return Why(self.say("no_rule.broken", rule=rule, error=place(error) + error.message), rule=rule)
        close = difflib.get_close_matches(rule, self.own, n=1, cutoff=0.5)
        tail = self.say("no_rule.close", close=close[0]) if close else ""
        return Why(self.say("no_rule", rule=rule) + tail, rule=rule, help=self.say("no_rule.help"))

    def why_missed(self, action: str, rule: object, prefer: Callable[[Event], bool] | None = None) -> Why:
        """Looks at the event of the action that came nearest to one of the rules."""
        if trouble := self.trouble(action):
            return Why(trouble, ours=True)
        names = [name for name in self.names(rule) if name in self.loaded]
        if not names:
            return self.why_not_loaded(rule) if isinstance(rule, str) else self._why_no_rules()
        enabled = [name for name in names if self.loaded[name].enabled]
        if not enabled:
            return Why(self.say("disabled", rule=names[0]), rule=names[0])
        found = [
            (name, pair) for name in enabled if (pair := nearest_explanation(self.ruleset, name, self.events[action], prefer))
        ]
        if not found:
            return Why(self.say("no_events", action=action), ours=True)
        name, (event, explanation) = max(found, key=lambda one: one[1][1].matched)
        taken = [alert for alert in self.by_action.get(action, ()) if alert.event_num == event.num]
        if explanation.matched and taken:
            other = taken[0].rule
            sentence = self.say("shadowed", rule=name, other=other)
            advice = self.say("shadowed.own" if other in self.own else "shadowed.help", other=other)
            return Why(self.on_event(event, sentence), event.num, name, advice)
        return Why(self.on_event(event, reason(explanation, self.lang)), event.num, name)

    def why_alerted(self, alert: Alert) -> Why:
        event = self.by_num[alert.event_num]
        because = true_clauses(self.ruleset.explain(alert.rule, event), self.lang)
        sentence = self.say("false_alarm", rule=alert.rule, reason=because)
        return Why(self.on_event(event, sentence), event.num, alert.rule)

    def on_event(self, event: Event, sentence: str) -> str:
        action = event.action if event.action is not None else "-"
        return self.say("on_event", action=action, num=event.num, what=describe(event), reason=sentence)

    def _why_no_rules(self) -> Why:
        if self.own:
            return self.why_not_loaded(self.own[0])
        return Why(self.say("no_own_rules"))


def describe(event: Event) -> str:
    """An event in a few words: its type, what ran, and the file or connection; of an audit event who asked for what."""
    if asked := request_of(event):
        return f"{asked}, {text_of(event, 'ka.user.name')}"
    words = [event.type]
    for name in ("proc.cmdline", "fd.name"):
        value = event.fields.get(name)
        if isinstance(value, str) and value:
            words.append(value if len(value) <= 60 else value[:59] + "…")
    return ", ".join(words)


def place(diagnostic: Diagnostic) -> str:
    """``line 3: `` of the learner's file, or nothing."""
    if diagnostic.span is None:
        return ""
    position = diagnostic.span.position
    return f"{diagnostic.span.file.name}:{position.line}:{position.column}: "


def _about(diagnostic: Diagnostic, rule: str) -> bool:
    return any(link.item_type == "rule" and link.item_name == rule for link in diagnostic.context)
