"""A pack proves itself: starters earn nothing, references everything, decoys fail exactly where they say."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from trainer.content import Exercise, Pack, Scenario, fill, fill_exercise, load_scenario, recordings_by_seed
from trainer.content.digest import scenario_digest
from trainer.content.given import given_recording
from trainer.content.lints import hint_leaks, unnamed_words
from trainer.content.rule_lints import base_problem
from trainer.content.scenario_lints import OTHER_VERSION
from trainer.engine import plugins_of
from trainer.errors import TrainerError
from trainer.events import Recording
from trainer.events.recording import format_recording
from trainer.grading.grader import Grader
from trainer.grading.report import GradeReport, Outcome, Submission
from trainer.grading.run import recording_of
from trainer.source import SourceFile


@dataclass(frozen=True, slots=True)
class VerifyRow:
    exercise: str
    check: str
    ok: bool
    detail: str = ""
    warning: bool = False
    """It is well, but ``detail`` tells of something that could not be proven."""


@dataclass(frozen=True, slots=True)
class VerifyReport:
    rows: tuple[VerifyRow, ...]

    @property
    def ok(self) -> bool:
        return all(row.ok for row in self.rows)


def verify_pack(
    pack: Pack,
    live: bool = False,
    on_progress: Callable[[str], None] | None = None,
    only: Collection[str] = (),
) -> VerifyReport:
    """Checks every scenario and exercise on every recording; with ``live``, seed 0 in Docker too (given events: without it).

    ``only``: the slugs of exercises that are checked with their scenarios, and nothing else; empty for all. ``on_progress`` gets a
    line before each part: which of how many, and what runs. Where the base rules do not load, nothing is graded.
    """
    rows: list[VerifyRow] = []
    captured: dict[str, Recording] = {}
    """What scenarios did in Docker this time: each runs once, and all that is graded is graded on its events."""
    say = on_progress or (lambda line: None)
    exercises = [exercise for exercise in pack.exercises if not only or exercise.slug in only]
    problem = base_problem(pack.base_rules, plugins_of({exercise.source for exercise in exercises}))
    if problem:
        rows.append(VerifyRow(f"pack {pack.id}", BASE_LOADS, False, f"the base rules do not load: {problem}; nothing was graded"))
    needed = {exercise.scenario for exercise in exercises}
    names = [name for name in pack.scenarios if not only or name in needed]
    for number, name in enumerate(names, 1):
        say(f"[{number}/{len(names)}] scenario {name}")
        rows.extend(_scenario_rows(pack, name))
    for exam in () if only else pack.exams:
        missing = _missing({"title": exam.title, "description": exam.description}, pack.languages)
        rows.append(VerifyRow(f"exam {exam.slug}", "every language", not missing, missing))
    for number, exercise in enumerate(exercises, 1):
        where = f"[{number}/{len(exercises)}] exercise {exercise.slug}"
        say(where)
        rows.extend(_text_rows(pack, exercise))
        try:
            scenario = load_scenario(exercise.scenario, 0, pack.folder)
        except TrainerError as error:
            rows.append(VerifyRow(exercise.slug, "scenario", False, error.message))
            continue
        seeds = recordings_by_seed(scenario.folder) if scenario.folder is not None else {}
        rows.extend(_leak_rows(fill_exercise(exercise, scenario.variables)))
        if problem:
            continue
        for seed in list(seeds) or [0]:
            rows.extend(_graded_rows(pack, exercise, seed))
        if live:
            if scenario.name not in captured and not scenario.is_given:
                say(f"{where}: {scenario.name} runs in Docker")
            rows.extend(_graded_rows(pack, exercise, 0, captured))
    return VerifyReport(tuple(rows))


BASE_LOADS: Final = "the base rules load"


def _scenario_rows(pack: Pack, name: str) -> Iterator[VerifyRow]:
    where = f"scenario {name}"
    try:
        seed0 = load_scenario(name, 0, pack.folder)
        recordings = recordings_by_seed(seed0.folder) if seed0.folder is not None else {}
        yield VerifyRow(where, "recording of seed 0", 0 in recordings, "" if 0 in recordings else f"cks-trainer record {name}")
        unmarked = []
        for seed in recordings:
            scenario = load_scenario(name, seed, pack.folder)
            problem = _recording_problem(scenario)
            yield VerifyRow(where, f"recording of seed {seed} matches", not problem, problem)
            if not scenario.is_given and not recording_of(scenario).header.scenario_digest:
                unmarked.append(str(seed))
        if unmarked:
            detail = f"seeds {', '.join(unmarked)} do not say of which version they are: run pack record"
            yield VerifyRow(where, "recordings are of this version", True, detail, warning=True)
        missing = _missing({"title": seed0.title, **{f"why of {a.id}": a.why for a in seed0.actions}}, pack.languages)
        yield VerifyRow(where, "every language", not missing, missing)
    except TrainerError as error:
        yield VerifyRow(where, "can be read", False, error.message)


def _recording_problem(scenario: Scenario) -> str:
    """What tells that a recording was made from another scenario, or went wrong."""
    recording = recording_of(scenario)
    header = recording.header
    if header.scenario and (header.scenario, header.seed) != (scenario.name, scenario.seed):
        return f"it says scenario {header.scenario!r}, seed {header.seed}"
    if scenario.is_given:
        same = format_recording(recording) == format_recording(given_recording(scenario))
        return "" if same else "its events are not those of the scenario; record it again"
    if header.scenario_digest not in ("", scenario_digest(scenario)):
        return f"{OTHER_VERSION}: run pack record"
    names = [action.id for action in scenario.actions]
    if recording.actions and [result.id for result in recording.actions] != names:
        return f"its actions are {', '.join(result.id for result in recording.actions)}; record it again"
    broken = [result.id for result in recording.actions if result.exit_code is None]
    if broken:
        return f"actions that did not run: {', '.join(broken)}"
    seen = {event.action for event in recording.events}
    without = [name for name in names if name not in seen]
    if without:
        return f"actions without events: {', '.join(without)}"
    stray = sorted(str(action) for action in seen if action is not None and action not in names)
    if stray:
        return f"events of unknown actions: {', '.join(stray)}"
    known = {container.name for container in scenario.containers}
    named = {str(event.fields["container.name"]) for event in recording.events if "container.name" in event.fields}
    other = sorted(named - known - {"host"})
    return f"containers that the scenario has not: {', '.join(other)}; record it again" if other else ""


def _missing(texts: Mapping[str, Mapping[str, str]], languages: Sequence[str]) -> str:
    return ", ".join(f"{what} ({language})" for what, text in texts.items() for language in languages if not text.get(language))


def _text_rows(pack: Pack, exercise: Exercise) -> Iterator[VerifyRow]:
    texts: dict[str, Mapping[str, str]] = {"title": exercise.title, "task": exercise.task}
    texts |= {f"criterion {criterion.id}": criterion.text for criterion in exercise.criteria}
    texts |= {f"hint {number}": hint.text for number, hint in enumerate(exercise.hints, 1)}
    texts |= {f"decoy {decoy.name}": decoy.why for decoy in exercise.decoys}
    if exercise.learned:
        texts["learned"] = exercise.learned
    missing = _missing(texts, pack.languages)
    yield VerifyRow(exercise.slug, "every language", not missing, missing)
    for language in exercise.task:
        unnamed = unnamed_words(exercise, language)
        yield VerifyRow(exercise.slug, f"task names what is graded ({language})", not unnamed, ", ".join(unnamed))


def _leak_rows(exercise: Exercise) -> Iterator[VerifyRow]:
    leaks = [f"hint {number} ({language})" for number, language in hint_leaks(exercise)]
    yield VerifyRow(exercise.slug, "hints do not give the reference away", not leaks, ", ".join(leaks))


def _graded_rows(pack: Pack, exercise: Exercise, seed: int, captured: dict[str, Recording] | None = None) -> Iterator[VerifyRow]:
    """``captured``: in Docker, where the scenario is not among these yet; None for the recording."""
    tail = f", seed {seed}" if captured is None else ", live"
    slug = exercise.slug
    try:
        scenario = load_scenario(exercise.scenario, seed, pack.folder)
        events = recording_of(scenario) if captured is None else _captured(scenario, captured)
        grade = partial(_grade, pack, exercise, scenario, events)
        starter = grade(exercise.starter, exercise.starter_answers)
        won = [result.criterion_id for result in starter.criteria if result.points and result.kind != "loads"]
        yield VerifyRow(slug, "starter scores 0" + tail, not won, f"it passes: {', '.join(won)}" if won else "")
        reference = grade(exercise.reference, exercise.reference_answers)
        yield VerifyRow(slug, "reference scores 100 %" + tail, reference.passed, _failures(reference))
        for decoy in exercise.decoys:
            report = grade(decoy.file, {**exercise.reference_answers, **decoy.answers})
            failed = {result.criterion_id for result in report.criteria if result.outcome is Outcome.FAILED}
            ok = failed == set(decoy.fails)
            detail = "" if ok else f"fails {_list(failed)}, not {_list(set(decoy.fails))}. {_failures(report)}"
            yield VerifyRow(slug, f"decoy {decoy.name}{tail}", ok, detail)
    except TrainerError as error:
        yield VerifyRow(slug, "can be graded" + tail, False, error.message)


def _list(names: set[str]) -> str:
    return ", ".join(sorted(names)) or "nothing"


def _failures(report: GradeReport) -> str:
    bad = [result for result in report.criteria if result.outcome in (Outcome.FAILED, Outcome.ERROR)]
    return "; ".join(f"{result.criterion_id}: {result.reason or result.actual}" for result in bad)


def _captured(scenario: Scenario, captured: dict[str, Recording]) -> Recording:
    if scenario.name not in captured:
        if scenario.is_given:
            captured[scenario.name] = given_recording(scenario)
        else:
            from trainer.capture import run_scenario  # late: what is recorded needs no Docker client

            captured[scenario.name] = run_scenario(scenario, lambda event: None)
    return captured[scenario.name]


def _grade(
    pack: Pack,
    exercise: Exercise,
    scenario: Scenario,
    recording: Recording,
    file: SourceFile,
    beside: Mapping[str, SourceFile],
) -> GradeReport:
    """Grades the exercise's own files as if a learner had handed them in."""
    answers = {name: fill(answer.text, scenario.variables) for name, answer in beside.items()}
    submission = Submission.of_rules(fill(file.text, scenario.variables), answers)
    filled = fill_exercise(exercise, scenario.variables)
    grader = Grader(filled, submission, pack.base_rules, scenario=scenario)
    for event in recording.events:
        grader.feed(event)
    return grader.finish(recording.actions)
