"""A pack proves itself: starters earn nothing, references everything, decoys fail exactly where they say."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from trainer.content import Exercise, Pack, Scenario, fill, fill_exercise, load_scenario, recordings_by_seed
from trainer.content.given import given_recording
from trainer.content.lints import hint_leaks, unnamed_words
from trainer.errors import TrainerError
from trainer.events.recording import format_recording
from trainer.grading.report import GradeReport, Outcome, Submission
from trainer.grading.run import grade, recording_of
from trainer.source import SourceFile


@dataclass(frozen=True, slots=True)
class VerifyRow:
    exercise: str
    check: str
    ok: bool
    detail: str = ""


@dataclass(frozen=True, slots=True)
class VerifyReport:
    rows: tuple[VerifyRow, ...]

    @property
    def ok(self) -> bool:
        return all(row.ok for row in self.rows)


def verify_pack(pack: Pack, live: bool = False, on_progress: Callable[[str], None] | None = None) -> VerifyReport:
    """Checks every scenario and exercise on every recording; with ``live``, seed 0 in Docker too (given events: without it)."""
    rows: list[VerifyRow] = []
    for name in pack.scenarios:
        if on_progress is not None:
            on_progress(f"scenario {name}")
        rows.extend(_scenario_rows(pack, name))
    for exam in pack.exams:
        missing = _missing({"title": exam.title, "description": exam.description}, pack.languages)
        rows.append(VerifyRow(f"exam {exam.slug}", "every language", not missing, missing))
    for exercise in pack.exercises:
        if on_progress is not None:
            on_progress(f"exercise {exercise.slug}")
        rows.extend(_text_rows(pack, exercise))
        try:
            scenario = load_scenario(exercise.scenario, 0, pack.folder)
        except TrainerError as error:
            rows.append(VerifyRow(exercise.slug, "scenario", False, error.message))
            continue
        seeds = recordings_by_seed(scenario.folder) if scenario.folder is not None else {}
        rows.extend(_leak_rows(fill_exercise(exercise, scenario.variables)))
        for seed in list(seeds) or [0]:
            rows.extend(_graded_rows(pack, exercise, seed, False))
        if live:
            rows.extend(_graded_rows(pack, exercise, 0, True))
    return VerifyReport(tuple(rows))


def _scenario_rows(pack: Pack, name: str) -> Iterator[VerifyRow]:
    where = f"scenario {name}"
    try:
        seed0 = load_scenario(name, 0, pack.folder)
        recordings = recordings_by_seed(seed0.folder) if seed0.folder is not None else {}
        yield VerifyRow(where, "recording of seed 0", 0 in recordings, "" if 0 in recordings else f"cks-trainer record {name}")
        for seed in recordings:
            scenario = load_scenario(name, seed, pack.folder)
            problem = _recording_problem(scenario)
            yield VerifyRow(where, f"recording of seed {seed} matches", not problem, problem)
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
    texts |= {f"decoy {decoy.file.name}": decoy.why for decoy in exercise.decoys}
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


def _graded_rows(pack: Pack, exercise: Exercise, seed: int, live: bool) -> Iterator[VerifyRow]:
    tail = f", {'live' if live else 'seed ' + str(seed)}"
    slug = exercise.slug
    try:
        starter = _grade(pack, exercise, exercise.starter, seed, live)
        won = [result.criterion_id for result in starter.criteria if result.points and result.kind != "loads"]
        yield VerifyRow(slug, "starter scores 0" + tail, not won, f"it passes: {', '.join(won)}" if won else "")
        reference = _grade(pack, exercise, exercise.reference, seed, live)
        yield VerifyRow(slug, "reference scores 100 %" + tail, reference.passed, _failures(reference))
        for decoy in exercise.decoys:
            report = _grade(pack, exercise, decoy.file, seed, live)
            failed = {result.criterion_id for result in report.criteria if result.outcome is Outcome.FAILED}
            name = decoy.file.name.replace("\\", "/").rsplit("/", 1)[-1]
            ok = failed == set(decoy.fails)
            detail = "" if ok else f"fails {_list(failed)}, not {_list(set(decoy.fails))}. {_failures(report)}"
            yield VerifyRow(slug, f"decoy {name}{tail}", ok, detail)
    except TrainerError as error:
        yield VerifyRow(slug, "can be graded" + tail, False, error.message)


def _list(names: set[str]) -> str:
    return ", ".join(sorted(names)) or "nothing"


def _failures(report: GradeReport) -> str:
    bad = [result for result in report.criteria if result.outcome in (Outcome.FAILED, Outcome.ERROR)]
    return "; ".join(f"{result.criterion_id}: {result.reason or result.actual}" for result in bad)


def _grade(pack: Pack, exercise: Exercise, file: SourceFile, seed: int, live: bool) -> GradeReport:
    """Grades one of the exercise's own files as if a learner had handed it in. A decoy is wrong in its rules only."""
    variables = load_scenario(exercise.scenario, seed, pack.folder).variables
    beside = exercise.starter_answers if file is exercise.starter else exercise.reference_answers
    answers = {name: fill(answer.text, variables) for name, answer in beside.items()}
    submission = Submission.of_rules(fill(file.text, variables), answers)
    return grade(exercise, submission, pack.base_rules, live=live, seed=seed, pack=pack)
