"""Mutation testing of exercises: would the grading notice if the reference had a small mistake?

Each mutant is graded as a learner's file. It is killed when it scores less than the reference, equivalent when nothing that is graded
could tell it apart, accepted when the exercise says why it may live; what remains survived, and is told with the event that is missing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from trainer.content import Exercise, Pack, Scenario, fill, fill_exercise, load_scenario
from trainer.engine import Alert, load_rules, plugins_of
from trainer.events import Event, Recording
from trainer.grading.grader import Grader
from trainer.grading.mutations import Mutant, condition_mutants
from trainer.grading.observation import describe, rule_names
from trainer.grading.report import LEARNER_FILE, GradeReport, Submission
from trainer.grading.rule_mutations import rule_mutants
from trainer.grading.run import recording_of
from trainer.source import SourceFile


class Fate(StrEnum):
    KILLED = "killed"
    EQUIVALENT = "equivalent"
    ACCEPTED = "accepted"
    SURVIVED = "survived"


@dataclass(frozen=True, slots=True)
class MutantResult:
    mutant: Mutant
    fate: Fate
    detail: str = ""
    """Who killed it, why it is equal or accepted, or what would kill it."""


@dataclass(frozen=True, slots=True)
class ExerciseMutants:
    exercise: str
    results: tuple[MutantResult, ...]
    stale: tuple[str, ...] = ()
    """Accepted by the exercise, and no survivor."""

    def count(self, fate: Fate) -> int:
        return sum(result.fate is fate for result in self.results)

    @property
    def survivors(self) -> tuple[MutantResult, ...]:
        return tuple(result for result in self.results if result.fate is Fate.SURVIVED)


def run_mutants(pack: Pack, exercise: Exercise, seed: int = 0) -> ExerciseMutants:
    """Runs every mutant of the exercise's reference on the seed's recording. Raises PackError or RecordingError."""
    scenario = load_scenario(exercise.scenario, seed, pack.folder)
    run = _Run(pack, exercise, scenario, recording_of(scenario))
    results = tuple(run.results())
    living = {result.mutant.name for result in results if result.fate in (Fate.ACCEPTED, Fate.SURVIVED)}
    stale = tuple(name for name in run.accepted if name not in living)
    return ExerciseMutants(exercise.slug, results, stale)


class _Run:
    def __init__(self, pack: Pack, exercise: Exercise, scenario: Scenario, recording: Recording) -> None:
        self.pack = pack
        self.scenario = scenario
        self.recording = recording
        self.exercise = fill_exercise(exercise, scenario.variables)
        self.answers = {name: file.text for name, file in self.exercise.reference_answers.items()}
        self.accepted = {fill(one.mutant, scenario.variables): one.reason for one in exercise.accepted_mutants}

        self._caught = {
            action for one in exercise.criteria if one.kind == "fires" for action in _texts(one.params.get("actions"))
        }

    def results(self) -> Iterator[MutantResult]:
        file = SourceFile(LEARNER_FILE, self.exercise.reference.text)
        events = self.recording.events
        reference, expected = self._grade(file.text)
        ruleset = load_rules((self.pack.base_rules, file), plugins=plugins_of({self.exercise.source})).ruleset
        attacks = _first_alerts(expected, set(rule_names(file)), events)
        mutants = (*condition_mutants(file, ruleset, events, self._caught), *rule_mutants(file, self.exercise, ruleset))
        seen = {file.text}
        for mutant in mutants:
            if mutant.text in seen:
                continue
            seen.add(mutant.text)
            if (result := self._result(mutant, reference, expected, attacks)) is not None:
                yield result

    def _result(
        self, mutant: Mutant, reference: GradeReport, expected: Sequence[Alert], attacks: dict[str, Event]
    ) -> MutantResult | None:
        report, alerts = self._grade(mutant.text)
        if any(diagnostic.is_error for diagnostic in report.diagnostics):
            return None  # no learner's mistake, but a text that our change broke
        if report.score < reference.score:
            killers = [result.criterion_id for result in report.criteria if result.points < result.max_points]
            return MutantResult(mutant, Fate.KILLED, ", ".join(killers))
        if mutant.equal:
            return MutantResult(mutant, Fate.EQUIVALENT, mutant.equal)
        if mutant.name in self.accepted:
            return MutantResult(mutant, Fate.ACCEPTED, self.accepted[mutant.name])
        return MutantResult(mutant, Fate.SURVIVED, self._wanted(mutant, expected, alerts, attacks))

    def _wanted(self, mutant: Mutant, expected: Sequence[Alert], alerts: Sequence[Alert], attacks: dict[str, Event]) -> str:
        """What to add so that the mutant dies: a criterion where the events tell it already, otherwise an action."""
        if mutant.facet != "condition":
            return f"needs {mutant.needed}"
        before, after = ({(alert.event_num, alert.rule) for alert in some} for some in (expected, alerts))
        by_num = {event.num: event for event in self.recording.events}
        for num, rule in sorted(before ^ after):
            event = by_num[num]
            if event.action is not None and event.action not in self._caught:
                verb = "does not fire any more" if (num, rule) in before else "fires now"
                return (
                    f"the events show it: `{rule}` {verb} on action {event.action}, event {num} ({describe(event)});"
                    " name this action in a criterion"
                )
        if (noisier := self._noisier(expected, alerts)) is not None:
            return noisier
        model = attacks.get(mutant.rule) or next(iter(attacks.values()), None)
        like = f"; take action {model.action} (event {model.num}: {describe(model)}) as the model" if model is not None else ""
        return f"needs {mutant.needed}{like}"

    def _noisier(self, expected: Sequence[Alert], alerts: Sequence[Alert]) -> str | None:
        """Where a mutant only fires more often on what is to be caught, ``most`` tells it from the reference."""
        by_num = {event.num: event.action for event in self.recording.events}
        before, after = (Counter((alert.rule, by_num[alert.event_num]) for alert in some) for some in (expected, alerts))
        more = {place: after[place] - before[place] for place in after if after[place] != before[place]}
        if not more or any(count < 0 for count in more.values()) or not before.keys() <= after.keys():
            return None
        (rule, action), _ = max(more.items(), key=lambda item: item[1])
        for criterion in self.exercise.criteria:
            actions = _texts(criterion.params.get("actions"))
            if criterion.kind == "fires" and action in actions and criterion.params.get("rule", rule) == rule:
                most = max(before[rule, one] for one in actions)
                if after[rule, action] > most:
                    return (
                        f"the mutant only fires more often: {after[rule, action]} alerts of `{rule}` on action {action} instead of "
                        f"{before[rule, action]}; `most: {most}` in criterion {criterion.id} sees it"
                    )
        return None

    def _grade(self, text: str) -> tuple[GradeReport, list[Alert]]:
        submission = Submission.of_rules(text, self.answers)
        grader = Grader(self.exercise, submission, self.pack.base_rules, scenario=self.scenario)
        alerts = [alert for event in self.recording.events for alert in grader.feed(event)]
        return grader.finish(self.recording.actions), alerts


def _first_alerts(alerts: Sequence[Alert], own: set[str], events: Sequence[Event]) -> dict[str, Event]:
    """For each rule the first event of an action that it fires on."""
    by_num = {event.num: event for event in events}
    found: dict[str, Event] = {}
    for alert in alerts:
        event = by_num[alert.event_num]
        if event.action is not None:
            found.setdefault(alert.rule, event)
    return dict(sorted(found.items(), key=lambda pair: pair[0] not in own))


def _texts(value: object) -> tuple[str, ...]:
    return tuple(str(item) for item in value) if isinstance(value, (list, tuple)) else ()
