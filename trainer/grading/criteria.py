"""The kinds of criteria: each looks at what was observed and says passed or not, with actual against expected."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from trainer.content.model import Criterion
from trainer.diagnostics import in_language
from trainer.engine import Alert, CompiledRule, CompileError, compile_output, plugins_of
from trainer.engine.rules.plugins import catalogue_of
from trainer.events import Event
from trainer.grading.falco_config import check_config
from trainer.grading.handed_in import Found, check_answer
from trainer.grading.observation import Observation, Why, place
from trainer.grading.report import Submission
from trainer.source import SourceFile


@dataclass(frozen=True, slots=True)
class Finding:
    """``passed`` None: the trainer could not tell."""

    passed: bool | None
    actual: str
    expected: str
    reason: str = ""
    help: str = ""
    evidence: tuple[int, ...] = ()
    solution: str = ""
    """What would be right, where ``expected`` must not say it."""


@dataclass(frozen=True)
class Case:
    """What a criterion may look at."""

    seen: Observation
    submission: Submission
    base: SourceFile
    base_rules: Mapping[str, CompiledRule]
    reference_hits: Callable[[Event], bool]
    """Whether the reference answers an event: of two events equally near, that one is explained."""
    why: Mapping[str, str]
    """Action id to what it is, in the learner's language."""


def look(case: Case, criterion: Criterion) -> Finding:
    return _KINDS[criterion.kind](case, criterion.params)


Params = Mapping[str, object]


def _texts(params: Params, key: str) -> tuple[str, ...]:
    value = params.get(key, ())
    return tuple(str(item) for item in value) if isinstance(value, (list, tuple)) else ()


def _loads(case: Case, params: Params) -> Finding:
    seen = case.seen
    expected = seen.say("loads.expected")
    errors = [diagnostic for diagnostic in seen.diagnostics if diagnostic.is_error]
    if not errors and not seen.load.fatal:
        warnings = sum(diagnostic.severity.value == "warning" for diagnostic in seen.diagnostics)
        return Finding(True, seen.say("loads.warnings", count=warnings) if warnings else seen.say("loads.ok"), expected)
    actual = seen.say("loads.bad", count=max(1, len(errors)))
    if not errors:
        return Finding(False, actual, expected, seen.load.fatal or "")
    first = errors[0]
    message, advice = (in_language(text, seen.lang) for text in (first.message, first.help))
    return Finding(False, actual, expected, f"{place(first)}{first.code}: {message}", advice)


def _fires(case: Case, params: Params) -> Finding:
    seen, actions, rule = case.seen, _texts(params, "actions"), params.get("rule")
    names = seen.names(rule)
    expected = seen.say("fires.expected", rule=seen.called(rule), actions=", ".join(actions))
    caught = {action: hits for action in actions if (hits := seen.hits(action, names))}
    missed = [action for action in actions if action not in caught]
    evidence = tuple(hits[0].event_num for hits in caught.values())
    words = [seen.say("caught", actions=", ".join(caught))] if caught else []
    most = params.get("most")
    over = {action: hits for action, hits in caught.items() if isinstance(most, int) and len(hits) > most}
    if over and not missed:
        # Noise: the second alert shows what else the rule answers.
        action, hits = max(over.items(), key=lambda item: len(item[1]))
        actual = seen.say("noisy", count=len(hits), action=action)
        return Finding(
            False,
            actual,
            expected + seen.say("fires.most", most=most),
            seen.why_alerted(hits[-1]).sentence,
            seen.say("noisy.help"),
            tuple(alert.event_num for alert in hits[:20]),
        )
    if not missed:
        return Finding(True, words[0] if words else seen.say("quiet"), expected, evidence=evidence)
    words.append(seen.say("missed", actions=", ".join(missed)))
    whys = [seen.why_missed(action, rule, case.reference_hits) for action in missed]
    return _of_whys(case, "; ".join(words), expected, missed, whys)


def _silent(case: Case, params: Params) -> Finding:
    seen, actions, rule = case.seen, _texts(params, "actions"), params.get("rule")
    names = seen.names(rule)
    expected = seen.say("silent.expected", rule=seen.called(rule), actions=", ".join(actions))
    alerted = {action: hits for action in actions if (hits := seen.hits(action, names))}
    if alerted:
        whys = [seen.why_alerted(hits[0]) for hits in alerted.values()]
        return _of_whys(case, seen.say("alerted", actions=", ".join(alerted)), expected, list(alerted), whys)
    troubles = [trouble for action in actions if (trouble := seen.trouble(action))]
    if troubles:
        return Finding(None, seen.say("quiet"), expected, troubles[0], seen.say("our_fault"))
    return Finding(True, seen.say("quiet"), expected)


def _of_whys(case: Case, actual: str, expected: str, actions: Sequence[str], whys: Sequence[Why]) -> Finding:
    """The first action that is the learner's to explain; when all are ours, the outcome is an error."""
    theirs = [(action, why) for action, why in zip(actions, whys, strict=True) if not why.ours]
    if not theirs:
        return Finding(None, actual, expected, whys[0].sentence, case.seen.say("our_fault"))
    action, why = theirs[0]
    nums = tuple(why.event_num for _, why in theirs if why.event_num is not None)
    return Finding(False, actual, expected, why.sentence, why.help or case.why.get(action, ""), nums)


def _output(case: Case, params: Params) -> Finding:
    seen, rule = case.seen, params.get("rule")
    names, wanted = seen.names(rule), _texts(params, "fields")
    if wanted:
        expected = seen.say("output.fields", rule=seen.called(rule), fields=", ".join(wanted))
    else:
        expected = seen.say("output.expected", rule=seen.called(rule), line=params.get("line"))
    chosen = _texts(params, "actions") or tuple(dict.fromkeys((*seen.by_action,)))
    alerts = [alert for action in chosen for alert in seen.hits(action, names)]
    if not alerts:
        if isinstance(rule, str) and rule not in seen.loaded:
            return Finding(False, seen.say("output.none"), expected, seen.why_not_loaded(rule).sentence)
        sentence = seen.say("output.no_alert", rule=seen.called(rule))
        return Finding(False, seen.say("output.none"), expected, sentence)
    return _output_fields(seen, alerts, wanted, expected) if wanted else _output_line(seen, alerts, str(params["line"]), expected)


def _output_fields(seen: Observation, alerts: Sequence[Alert], wanted: Sequence[str], expected: str) -> Finding:
    for alert in alerts:
        printed = tuple(seen.loaded[alert.rule].output.field_values(seen.by_num[alert.event_num]))
        missing = [field for field in wanted if field not in printed]
        actual = seen.say("output.has", fields=", ".join(printed))
        if missing:
            sentence = seen.say("output.missing", fields=", ".join(missing))
            return Finding(False, actual, expected, sentence, evidence=(alert.event_num,))
    return Finding(True, actual, expected, evidence=(alerts[0].event_num,))


def _output_line(seen: Observation, alerts: Sequence[Alert], line: str, expected: str) -> Finding:
    source = seen.by_num[alerts[0].event_num].source
    template = compile_output(line, source, catalogue_of(plugins_of({source})))
    if isinstance(template, CompileError):
        return Finding(None, seen.say("output.none"), expected, seen.say("bad_line", error=template.message))
    for alert in alerts:
        wanted = template.render(seen.by_num[alert.event_num])
        if alert.output != wanted:
            shown = wanted + seen.say("output.event", num=alert.event_num)
            return Finding(False, alert.output, shown, _difference(seen, alert.output, wanted), evidence=(alert.event_num,))
    first = alerts[0]
    return Finding(True, first.output, template.render(seen.by_num[first.event_num]), evidence=(first.event_num,))


def _difference(seen: Observation, actual: str, expected: str) -> str:
    """Where two lines part, for people who look for a missing space."""
    length = min(len(actual), len(expected))
    at = next((index for index in range(length) if actual[index] != expected[index]), length)
    if at == len(expected):
        return seen.say("output.longer", actual=actual[at : at + 60])
    if at == len(actual):
        return seen.say("output.shorter", expected=expected[at : at + 60])
    # Whole words are easier to compare than their second halves.
    word = max(expected.rfind(mark, 0, at) for mark in " ,=(;|") + 1
    return seen.say("output.differs", at=at + 1, expected=expected[word : at + 30], actual=actual[word : at + 30])


def _priority(case: Case, params: Params) -> Finding:
    seen, rule, wanted = case.seen, params.get("rule"), _priority_name(str(params["priority"]))
    expected = seen.say("priority.expected", rule=seen.called(rule), priority=wanted)
    rules = [seen.loaded[name] for name in seen.names(rule) if name in seen.loaded]
    if not rules:
        why = seen.why_not_loaded(rule) if isinstance(rule, str) else Why(seen.say("no_own_rules"))
        return Finding(False, seen.say("absent"), expected, why.sentence, why.help)
    for one in rules:
        if (found := _priority_name(one.priority.label)) != wanted:
            return Finding(False, found, expected, seen.say("priority.differs", rule=one.name, actual=found))
    return Finding(True, wanted, expected)


def _priority_name(text: str) -> str:
    return {"INFORMATIONAL": "INFO"}.get(text.upper(), text.upper())


def _rule(case: Case, params: Params) -> Finding:
    seen, name = case.seen, str(params["name"])
    tags = _texts(params, "tags")
    wanted: dict[str, object] = {key: params[key] for key in ("source", "enabled") if key in params}
    words = [f"tags: {', '.join(tags)}"] if tags else []
    words += [f"{key}: {_yaml_word(value)}" for key, value in wanted.items()]
    expected = seen.say("rule.with", rule=name, what="; ".join(words)) if words else seen.say("rule.expected", rule=name)
    rule = seen.loaded.get(name)
    if rule is None:
        why = seen.why_not_loaded(name)
        return Finding(False, seen.say("absent"), expected, why.sentence, why.help)
    found: dict[str, object] = {"source": rule.source, "enabled": rule.enabled}
    bad = [f"{key}: {_yaml_word(found[key])}" for key, value in wanted.items() if found[key] != value]
    if not set(tags) <= set(rule.tags):
        bad.insert(0, f"tags: {', '.join(rule.tags) or seen.say('absent')}")
    shown = [f"tags: {', '.join(rule.tags) or seen.say('absent')}"] if tags else []
    shown += [f"{key}: {_yaml_word(found[key])}" for key in wanted]
    actual = seen.say("rule.with", rule=name, what="; ".join(shown)) if shown else seen.say("rule.expected", rule=name)
    return Finding(not bad, actual, expected, seen.say("rule.differs", what="; ".join(bad)) if bad else "")


def _yaml_word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _override(case: Case, params: Params) -> Finding:
    seen, name, keep = case.seen, str(params["rule"]), _texts(params, "keep")
    kept = seen.say("override.keep", what=", ".join(keep)) if keep else ""
    expected = seen.say("override.expected", rule=name, keep=kept)
    base_name = _base_name(case.base)
    if base_name in case.submission.files and case.submission.files[base_name].text != case.base.text:
        return Finding(False, seen.say("override.touched"), expected, "", seen.say("override.touched.help"))
    rule, before = seen.loaded.get(name), case.base_rules.get(name)
    if rule is None:
        return Finding(False, seen.say("override.gone", rule=name), expected, seen.why_not_loaded(name).sentence)
    changed = [part for part in keep if before is not None and _part(rule, part) != _part(before, part)]
    if changed:
        what = ", ".join(changed)
        return Finding(False, seen.say("override.changed", what=what), expected, seen.say("override.changed", what=what))
    return Finding(True, seen.say("override.ok", rule=name), expected)


def _base_name(base: SourceFile) -> str:
    return base.name.replace("\\", "/").rsplit("/", 1)[-1]


def _part(rule: CompiledRule, part: str) -> object:
    """A part of a rule for comparison; white space between words does not count."""
    match part:
        case "condition":
            return " ".join(rule.condition_text.split())
        case "output":
            return " ".join(rule.output_text.split())
        case "desc":
            return " ".join(rule.desc.split())
        case "priority":
            return rule.priority
        case _:
            return set(rule.tags)


def _answer(case: Case, params: Params) -> Finding:
    return _of_file(check_answer(case.submission, params, case.seen.lang))


def _config(case: Case, params: Params) -> Finding:
    return _of_file(check_config(case.submission, params, case.seen.lang))


def _of_file(found: Found) -> Finding:
    return Finding(found.passed, found.actual, found.expected, found.reason, solution=found.solution)


_KINDS: Final[dict[str, Callable[[Case, Params], Finding]]] = {
    "loads": _loads,
    "fires": _fires,
    "silent": _silent,
    "output": _output,
    "priority": _priority,
    "rule": _rule,
    "override": _override,
    "answer": _answer,
    "config": _config,
}
