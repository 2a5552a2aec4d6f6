"""One graded attempt: rules loaded once, events evaluated as they come, a report at the end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache

from trainer.content.model import ActionKind, Criterion, Exercise, Hint, Scenario
from trainer.diagnostics import Diagnostic
from trainer.engine import Alert, CompiledRule, LoadResult, Ruleset, load_rules, plugins_of
from trainer.events import ActionResult, Event
from trainer.grading.criteria import Case, Finding, look
from trainer.grading.falco_config import CONFIG_FILE
from trainer.grading.observation import Observation, rule_names
from trainer.grading.report import ActionVerdict, CriterionResult, EventsFrom, GradeReport, Outcome, Submission, VerdictWord
from trainer.grading.sentences import LANGUAGES, pick, say
from trainer.source import SourceFile


@lru_cache(maxsize=8)
def _load(files: tuple[SourceFile, ...], plugins: frozenset[str]) -> LoadResult:
    """Loads are pure: grading the same text again, and the base rules alone, costs nothing."""
    return load_rules(files, plugins=plugins)


class Grader:
    """Grades one submission: ``feed`` each event, then ``finish``. Knows nothing of where the events come from."""

    def __init__(
        self,
        exercise: Exercise,
        submission: Submission,
        base_rules: SourceFile,
        *,
        scenario: Scenario | None = None,
        lang: str = "en",
    ) -> None:
        self.exercise = exercise
        self.submission = submission
        self.base_rules = base_rules
        self.scenario = scenario
        self.lang = lang
        base_name = base_rules.name.replace("\\", "/").rsplit("/", 1)[-1]
        base = submission.files.get(base_name, base_rules)
        files = tuple(file for name, file in submission.files.items() if name not in (base_name, CONFIG_FILE))
        self.plugins = plugins_of({exercise.source})
        self.load: LoadResult = _load((base, *files), self.plugins)
        self.own_rules: tuple[str, ...] = tuple(dict.fromkeys(name for file in files for name in rule_names(file)))
        untouched = base.text == base_rules.text
        self.diagnostics: tuple[Diagnostic, ...] = tuple(
            diagnostic
            for diagnostic in self.load.diagnostics
            # Warnings of base rules that nobody touched are not the learner's.
            if diagnostic.is_error or not untouched or diagnostic.span is None or diagnostic.span.file != base
        )
        # A file that Falco refuses runs nothing, whatever its other rules would do.
        self.refused = self.load.fatal is not None or any(diagnostic.is_error for diagnostic in self.diagnostics)
        self._seen = Observation(self.load, self.own_rules, self.diagnostics, lang)

    @property
    def ruleset(self) -> Ruleset:
        return self.load.ruleset

    def is_own(self, alert: Alert) -> bool:
        """Whether the alert is of a rule that the learner's file holds."""
        return alert.rule in self.own_rules

    def feed(self, event: Event) -> list[Alert]:
        return self._seen.add(event)

    def finish(
        self,
        actions: Sequence[ActionResult] = (),
        *,
        source: EventsFrom = "recorded",
        problem: str = "",
    ) -> GradeReport:
        """The report. ``problem``: the capture failed, so what was not seen is nobody's fault."""
        self._seen.results = {result.id: result for result in actions}
        whys = {action.id: pick(dict(action.why), self.lang) for action in self.scenario.actions} if self.scenario else {}
        case = Case(self._seen, self.submission, self.base_rules, self._base_ruleset, self._reference_hits, whys)
        results: dict[str, CriterionResult] = {}
        for criterion in self.exercise.criteria:
            results[criterion.id] = self._result(criterion, look(case, criterion), results, problem)
        criteria = tuple(results.values())
        passed = not self.refused and bool(criteria) and all(result.outcome is Outcome.PASSED for result in criteria)
        return GradeReport(
            exercise=self.exercise.slug,
            score=sum(result.points for result in criteria),
            max_score=sum(result.max_points for result in criteria if result.outcome is not Outcome.ERROR),
            passed=passed,
            criteria=criteria,
            actions=tuple(self._verdict(action, kind) for action, kind in self._actions()),
            alerts=tuple(self._seen.alerts),
            diagnostics=self.diagnostics,
            hints=() if passed else self._hints(criteria),
            source=source,
            events=self._seen.count,
            seed=self.scenario.seed if self.scenario else 0,
            scenario=self.exercise.scenario,
            own_rules=frozenset(self.own_rules),
            problem=problem,
            note=say(self.lang, "given") if self.exercise.is_given else "",
            refused=say(self.lang, "refused") if self.refused else "",
        )

    def _result(
        self, criterion: Criterion, finding: Finding, before: Mapping[str, CriterionResult], problem: str
    ) -> CriterionResult:
        unmet = [need for need in criterion.needs if need not in before or before[need].outcome is not Outcome.PASSED]
        outcome = {True: Outcome.PASSED, False: Outcome.FAILED, None: Outcome.ERROR}[finding.passed]
        actual, reason, advice = finding.actual, finding.reason, finding.help
        if unmet:
            ours = any(need in before and before[need].outcome is Outcome.ERROR for need in unmet)
            outcome = Outcome.ERROR if ours else Outcome.SKIPPED
            actual = say(self.lang, "skipped")
            named = [pick(before[need].text, self.lang) if need in before else need for need in unmet]
            reason, advice = say(self.lang, "skipped.reason", needs="; ".join(named)), ""
        elif problem and criterion.kind in _SEEN_KINDS and not (finding.passed is False and criterion.kind == "silent"):
            # Half a run proves a false alarm, and nothing else.
            if finding.passed is not True or criterion.kind == "silent":
                outcome, reason, advice = Outcome.ERROR, problem, say(self.lang, "our_fault")
        secret = criterion.hidden and bool(unmet)
        return CriterionResult(
            criterion_id=criterion.id,
            kind=criterion.kind,
            text={lang: say(lang, "hidden") for lang in LANGUAGES} if secret else criterion.text,
            outcome=outcome,
            points=criterion.points if outcome is Outcome.PASSED else 0,
            max_points=criterion.points,
            actual=actual,
            expected=say(self.lang, "hidden.expected") if secret else finding.expected,
            reason=reason if outcome is not Outcome.PASSED else "",
            help=advice if outcome is not Outcome.PASSED else "",
            evidence=finding.evidence if not unmet else (),
            hidden=criterion.hidden,
            solution=finding.solution if outcome is not Outcome.PASSED and not secret else "",
        )

    def _actions(self) -> list[tuple[str, ActionKind]]:
        if self.scenario is not None:
            return [(action.id, action.kind) for action in self.scenario.actions]
        wanted: dict[str, ActionKind] = {}
        for criterion in self.exercise.criteria:
            for action in _actions_of(criterion):
                wanted.setdefault(action, ActionKind.ATTACK if criterion.kind == "fires" else ActionKind.BENIGN)
        return list(wanted.items())

    def _verdict(self, action: str, kind: ActionKind) -> ActionVerdict:
        """Missed goes before false alarm: who is to be caught and is not matters most."""
        seen = self._seen
        alerts = tuple(seen.by_action.get(action, ()))
        described = next((one for one in self.scenario.actions if one.id == action), None) if self.scenario else None
        run, text = (described.shown, described.why) if described else ((), {})

        def verdict(word: VerdictWord, reason: str = "", event: int | None = None, rule: str | None = None) -> ActionVerdict:
            return ActionVerdict(action, kind, word, alerts, reason, event, rule, run, text)

        for rule in self._rules_for(action, "fires"):
            if not seen.hits(action, seen.names(rule)):
                why = seen.why_missed(action, rule, self._reference_hits)
                return verdict("missed", why.sentence, why.event_num, why.rule)
        for rule in self._rules_for(action, "silent"):
            if hits := seen.hits(action, seen.names(rule)):
                why = seen.why_alerted(hits[0])
                return verdict("false alarm", why.sentence, why.event_num, why.rule)
        own = seen.hits(action, self.own_rules)
        if self._rules_for(action, "fires"):
            first = next(hit for rule in self._rules_for(action, "fires") for hit in seen.hits(action, seen.names(rule)))
            return verdict("caught", "", first.event_num, first.rule)
        if not own:
            return verdict("silent")
        if kind is ActionKind.ATTACK:
            return verdict("caught", "", own[0].event_num, own[0].rule)
        why = seen.why_alerted(own[0])
        return verdict("false alarm", why.sentence, why.event_num, why.rule)

    def _rules_for(self, action: str, kind: str) -> list[object]:
        """Rules of the criteria of one kind that name an action; None stands for any of the learner's."""
        return [c.params.get("rule") for c in self.exercise.criteria if c.kind == kind and action in _actions_of(c)]

    @cached_property
    def _base_ruleset(self) -> Mapping[str, CompiledRule]:
        if not any(criterion.kind == "override" for criterion in self.exercise.criteria):
            return {}
        return {rule.name: rule for rule in _load((self.base_rules,), self.plugins).ruleset.rules}

    @cached_property
    def _reference(self) -> tuple[Ruleset, frozenset[str]]:
        return _load((self.base_rules, self.exercise.reference), self.plugins).ruleset, frozenset(
            rule_names(self.exercise.reference)
        )

    def _reference_hits(self, event: Event) -> bool:
        ruleset, names = self._reference
        return any(alert.rule in names for alert in ruleset.match(event, matching="all"))

    def _hints(self, criteria: Sequence[CriterionResult]) -> tuple[Hint, ...]:
        """What the learner's own diagnostics call for, then the failed criteria in order, then what always helps."""
        codes = [diagnostic.code.value for diagnostic in self.diagnostics]
        failed = [result.criterion_id for result in criteria if result.outcome is Outcome.FAILED]
        order = list(dict.fromkeys([*codes, *failed, "always"]))
        return tuple(hint for when in order for hint in self.exercise.hints if hint.when == when)


_SEEN_KINDS = frozenset({"fires", "silent", "output"})


def _actions_of(criterion: Criterion) -> tuple[str, ...]:
    actions = criterion.params.get("actions", ())
    return tuple(str(action) for action in actions) if isinstance(actions, (list, tuple)) else ()
