"""Grading a class: all submissions on recordings, in several processes; what did not change since the last time is not graded again."""

from __future__ import annotations

import hashlib
import json
import os
import signal
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from trainer import __version__
from trainer.content import Exercise, Pack, fill, load_pack
from trainer.errors import TrainerError
from trainer.grading.class_submissions import HandedIn
from trainer.grading.report import LEARNER_FILE, GradeReport, Outcome, Submission
from trainer.grading.run import grade, scenario_of
from trainer.source import SourceFile

_CHUNK = 25
_KEPT: Final = "graded.jsonl"
Outcomes = tuple[tuple[str, str, str], ...]
"""Id, outcome, and what was found, for each criterion."""
Result = dict[str, Any]
"""One graded submission as plain data: score, max_score, passed, criteria, problems (codes and messages), problem."""


@dataclass(frozen=True, slots=True)
class ClassTask:
    """An exercise that the class is graded on, its scenario's seed, and how many points it counts."""

    exercise: Exercise
    seed: int
    points: int


@dataclass(frozen=True, slots=True)
class ClassProgress:
    """Submissions: how many have their result, of how many that are to be graded, and how many had it before this step.

    ``same`` of them are to the letter like another one, and graded once; ``kept`` more have their result from an earlier run.
    """

    done: int
    total: int
    before: int = 0
    same: int = 0
    kept: int = 0


@dataclass(frozen=True, slots=True)
class ClassRow:
    """A learner's result for an exercise. ``state``: graded, missing, or unreadable (with ``problem``)."""

    learner: str
    exercise: str
    state: str
    points: float
    max_points: float
    passed: bool = False
    criteria: tuple[Mapping[str, Any], ...] = ()
    problems: tuple[Mapping[str, str], ...] = ()
    problem: str = ""


def grade_class(
    pack: Pack,
    tasks: Sequence[ClassTask],
    learners: Sequence[str],
    handed_in: Sequence[HandedIn],
    out: Path,
    *,
    jobs: int | None = None,
    lang: str = "en",
    on_progress: Callable[[ClassProgress], None] = lambda progress: None,
) -> list[ClassRow]:
    """Every learner's row for every task, in order. ``on_progress`` hears of the beginning and of each result."""
    by_slug = {task.exercise.slug: task for task in tasks}
    marks = {slug: _exercise_mark(pack, task, lang) for slug, task in by_slug.items()}
    keys = {(one.learner, one.exercise): f"{marks[one.exercise]}:{one.digest()}" for one in handed_in if not one.problem}
    kept = _read_kept(out / _KEPT)
    todo: dict[str, HandedIn] = {}
    for one in handed_in:
        if not one.problem and (key := keys[one.learner, one.exercise]) not in kept:
            todo.setdefault(key, one)
    copies = Counter(keys.values())
    total = sum(copies[key] for key in todo)
    at = ClassProgress(0, total, 0, sum(copies[key] for key in todo if copies[key] > 1), copies.total() - total)
    on_progress(at)
    with (out / _KEPT).open("a", encoding="utf-8") as file:
        for key, result in _graded(pack, by_slug, todo, jobs, lang):
            kept[key] = result
            if not result["problem"]:  # what failed through our fault is tried again
                file.write(json.dumps({"key": key, "result": result}, ensure_ascii=False) + "\n")
                file.flush()
            at = replace(at, done=at.done + copies[key], before=at.done)
            on_progress(at)
    _write_kept(out / _KEPT, {key: kept[key] for key in dict.fromkeys(keys.values()) if not kept[key]["problem"]})
    problems = {(one.learner, one.exercise): one.problem for one in handed_in if one.problem}
    rows = []
    for learner in learners:
        for slug, task in by_slug.items():
            place = (learner, slug)
            if place in keys:
                rows.append(_row(learner, task, kept[keys[place]]))
            else:
                state = "unreadable" if place in problems else "missing"
                rows.append(ClassRow(learner, slug, state, 0, task.points, problem=problems.get(place, "")))
    return rows


def decoy_outcomes(pack: Pack, tasks: Sequence[ClassTask], lang: str = "en") -> dict[str, dict[Outcomes, str]]:
    """By exercise: what each decoy comes to, and why it is wrong."""
    found: dict[str, dict[Outcomes, str]] = {}
    for task in tasks:
        exercise = task.exercise
        variables = scenario_of(exercise, task.seed, pack).variables
        answers = {name: fill(file.text, variables) for name, file in exercise.reference_answers.items()}
        for decoy in exercise.decoys:
            wrong = {name: fill(file.text, variables) for name, file in decoy.answers.items()}
            files = {**answers, **wrong, LEARNER_FILE: fill(decoy.file.text, variables)}
            outcomes = outcomes_of(_one(pack, exercise, task.seed, files, lang)["criteria"])
            found.setdefault(exercise.slug, {})[outcomes] = fill(decoy.why.get(lang) or decoy.why.get("en", ""), variables)
    return found


def outcomes_of(criteria: Iterable[Mapping[str, Any]]) -> Outcomes:
    return tuple((str(one["id"]), str(one["outcome"]), str(one["actual"])) for one in criteria)


def _row(learner: str, task: ClassTask, result: Result) -> ClassRow:
    weight = task.points / task.exercise.points
    return ClassRow(
        learner,
        task.exercise.slug,
        "graded" if not result["problem"] else "error",
        round(result["score"] * weight, 2),
        round(result["max_score"] * weight, 2),
        result["passed"],
        tuple(result["criteria"]),
        tuple(result["problems"]),
        result["problem"],
    )


def _exercise_mark(pack: Pack, task: ClassTask, lang: str) -> str:
    """Changes when anything changes that a result hangs on besides the submission."""
    digest = hashlib.sha256(f"{__version__}\0{task.seed}\0{lang}\0{pack.base_rules.text}".encode())
    folders = [pack.folder / "scenarios" / task.exercise.scenario]
    folders += [task.exercise.folder] if task.exercise.folder is not None else []
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                digest.update(
                    f"{path.relative_to(pack.folder).as_posix()}\0".encode() + hashlib.sha256(path.read_bytes()).digest()
                )
    return f"{task.exercise.slug}:{digest.hexdigest()[:32]}"


def _read_kept(path: Path) -> dict[str, Result]:
    """Results of the last time. A line that a killed run did not finish is left out."""
    kept: dict[str, Result] = {}
    if path.is_file():
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
            with suppress(ValueError, KeyError, TypeError):
                data = json.loads(line)
                if set(data["result"]) == {"score", "max_score", "passed", "criteria", "problems", "problem"}:
                    kept[data["key"]] = data["result"]
    return kept


def _write_kept(path: Path, kept: Mapping[str, Result]) -> None:
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    with beside.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps({"key": key, "result": result}, ensure_ascii=False) + "\n" for key, result in kept.items())
    beside.replace(path)


Job = tuple[str, str, int, dict[str, str]]
"""Key, slug, seed, files."""


def _graded(
    pack: Pack, tasks: Mapping[str, ClassTask], todo: Mapping[str, HandedIn], jobs: int | None, lang: str
) -> Iterator[tuple[str, Result]]:
    waiting = sorted(todo.items(), key=lambda pair: pair[1].exercise)  # together, so that a recording is read once
    work = [(key, one.exercise, tasks[one.exercise].seed, dict(one.files)) for key, one in waiting]
    count = min(jobs or os.cpu_count() or 1, max(1, len(work) // _CHUNK + 1))
    if count == 1:
        desk = _Desk(pack, lang)
        for job in work:
            yield from desk.chunk([job])
        return
    pool = ProcessPoolExecutor(count, initializer=_begin)
    try:
        pending: set[Future[list[tuple[str, Result]]]] = {
            pool.submit(_chunk, str(pack.folder), lang, work[start : start + _CHUNK]) for start in range(0, len(work), _CHUNK)
        }
        while pending:
            done, pending = wait(pending, return_when=FIRST_COMPLETED)
            for future in done:
                yield from future.result()
    except BrokenProcessPool as error:
        raise TrainerError(
            "a grading process ended before its time (out of memory?)",
            "run it again: what was graded is kept; --jobs 1 needs least",
        ) from error
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


@dataclass(frozen=True, slots=True)
class _Desk:
    """What a process grades with."""

    pack: Pack
    lang: str

    def chunk(self, work: Iterable[Job]) -> list[tuple[str, Result]]:
        exercises = {exercise.slug: exercise for exercise in self.pack.exercises}
        return [(key, _one(self.pack, exercises[slug], seed, files, self.lang)) for key, slug, seed, files in work]


def _begin() -> None:
    """A new process. Ctrl-C is its parent's business, which lets a chunk end and starts no other."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for name in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, signal.SIG_DFL)


@lru_cache(maxsize=1)
def _desk(folder: str, lang: str) -> _Desk:
    """A pack is read once in each process, not for each chunk. Raises TrainerError."""
    pack, _ = load_pack(Path(folder))
    if pack is None:
        raise TrainerError("the pack cannot be read any more", "run: cks-trainer pack lint")
    return _Desk(pack, lang)


def _chunk(folder: str, lang: str, work: Sequence[Job]) -> list[tuple[str, Result]]:
    return _desk(folder, lang).chunk(work)


def _one(pack: Pack, exercise: Exercise, seed: int, files: Mapping[str, str], lang: str) -> Result:
    rules = SourceFile(LEARNER_FILE, files[LEARNER_FILE])
    answers = {name: text for name, text in files.items() if name != LEARNER_FILE}
    try:
        report = grade(
            exercise, Submission({LEARNER_FILE: rules}, answers), pack.base_rules, live=False, seed=seed, pack=pack, lang=lang
        )
    except TrainerError as error:
        return _failed(exercise, error.message)
    except Exception as error:  # one submission that we cannot grade shall not cost the others their results
        return _failed(exercise, f"a bug in cks-trainer: {type(error).__name__}: {error}")
    return _as_result(report, lang)


def _failed(exercise: Exercise, problem: str) -> Result:
    """Ours: it costs the learner no points."""
    return {"score": 0, "max_score": 0, "passed": False, "criteria": [], "problems": [], "problem": problem}


def _as_result(report: GradeReport, lang: str) -> Result:
    return {
        "score": report.score,
        "max_score": report.max_score,
        "passed": report.passed,
        "criteria": [
            {
                "id": one.criterion_id,
                "text": one.text.get(lang) or one.text.get("en", ""),
                "outcome": one.outcome.value,
                "points": one.points,
                "max_points": one.max_points,
                "expected": "" if one.outcome is Outcome.PASSED else one.expected,
                "actual": "" if one.outcome is Outcome.PASSED else one.actual,
                "reason": one.reason,
            }
            for one in report.criteria
        ],
        "problems": [{"code": one.code.value, "message": one.message} for one in report.diagnostics if one.is_error][:5],
        "problem": report.problem,
    }
