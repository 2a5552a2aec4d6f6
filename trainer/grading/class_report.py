"""A class's results as files: CSV, JSON, one Gradescope results.json for each learner."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from trainer.grading.class_results import ClassRow, ClassTask, Outcomes, outcomes_of
from trainer.grading.look_alikes import LookAlike
from trainer.grading.sentences import pick

CSV_COLUMNS: Final = (
    "learner",
    "exercise",
    "state",
    "points",
    "max_points",
    "passed",
    "failed_criteria",
    "skipped_criteria",
    "reason",
)


@dataclass(frozen=True)
class ClassReport:
    name: str
    """Of the exam, or of the pack."""
    tasks: tuple[ClassTask, ...]
    learners: tuple[str, ...]
    rows: tuple[ClassRow, ...]
    alike: tuple[LookAlike, ...] = ()
    stray: tuple[str, ...] = ()
    """What was handed in and belongs to no exercise."""
    lang: str = "en"
    decoys: Mapping[str, Mapping[Outcomes, str]] = field(default_factory=dict, repr=False)
    """By exercise, what wrong answers that its author knew come to."""
    by_learner: Mapping[str, tuple[ClassRow, ...]] = field(init=False)

    def __post_init__(self) -> None:
        grouped: dict[str, list[ClassRow]] = {learner: [] for learner in self.learners}
        for row in self.rows:
            grouped[row.learner].append(row)
        object.__setattr__(self, "by_learner", {learner: tuple(rows) for learner, rows in grouped.items()})

    def total(self, learner: str) -> tuple[float, float]:
        rows = self.by_learner[learner]
        return round(sum(row.points for row in rows), 2), round(sum(row.max_points for row in rows), 2)


@dataclass(frozen=True, slots=True)
class HardCriterion:
    exercise: str
    criterion: str
    text: str
    failed: int
    graded: int


@dataclass(frozen=True, slots=True)
class Mistake:
    exercise: str
    text: str
    learners: int


def hardest(report: ClassReport) -> list[HardCriterion]:
    """Criteria by the share of graded submissions that fail them."""
    failed: Counter[tuple[str, str]] = Counter()
    graded: Counter[tuple[str, str]] = Counter()
    texts: dict[tuple[str, str], str] = {}
    for row in report.rows:
        for one in row.criteria:
            place = (row.exercise, str(one["id"]))
            texts[place] = str(one["text"])
            if one["outcome"] != "error":
                graded[place] += 1
                failed[place] += one["outcome"] != "passed"
    found = [HardCriterion(*place, texts[place], failed[place], count) for place, count in graded.items() if failed[place]]
    return sorted(found, key=lambda one: (-one.failed / one.graded, -one.failed, one.exercise, one.criterion))


def mistakes(report: ClassReport) -> list[Mistake]:
    """What went wrong most often: the decoy whose criteria fail, an error of the rules, or a criterion's own sentence."""
    counts: Counter[tuple[str, str]] = Counter()
    for row in report.rows:
        counts.update((row.exercise, text) for text in _mistakes_of(row, report.decoys.get(row.exercise, {})))
    return [Mistake(exercise, text, count) for (exercise, text), count in counts.most_common() if count > 1]


def _mistakes_of(row: ClassRow, decoys: Mapping[Outcomes, str]) -> set[str]:
    if row.problems:
        return {f"{one['code']}: {one['message']}" for one in row.problems}
    if why := decoys.get(outcomes_of(row.criteria)):
        return {why}
    return {str(one["reason"] or one["text"]) for one in row.criteria if one["outcome"] == "failed"}


def to_csv(report: ClassReport) -> str:
    """One line for each learner and exercise."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow(CSV_COLUMNS)
    for row in report.rows:
        by_outcome = {name: [str(one["id"]) for one in row.criteria if one["outcome"] == name] for name in ("failed", "skipped")}
        reason = row.problem or next((str(one["reason"]) for one in row.criteria if one["outcome"] == "failed"), "")
        cells = [row.learner, row.exercise, row.state, f"{row.points:g}", f"{row.max_points:g}", "yes" if row.passed else "no"]
        cells += [" ".join(by_outcome["failed"]), " ".join(by_outcome["skipped"]), reason]
        writer.writerow([_cell(cell) for cell in cells])
    return stream.getvalue()


def _cell(value: object) -> object:
    """A text that a spreadsheet would take for a formula is made a text."""
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) else value


def to_json(report: ClassReport) -> dict[str, Any]:
    return {
        "name": report.name,
        "exercises": [
            {"slug": task.exercise.slug, "title": dict(task.exercise.title), "seed": task.seed, "points": task.points}
            for task in report.tasks
        ],
        "learners": [
            {
                "learner": learner,
                "points": report.total(learner)[0],
                "max_points": report.total(learner)[1],
                "results": [_row_json(row) for row in report.by_learner[learner]],
            }
            for learner in report.learners
        ],
        "hardest": [
            {"exercise": one.exercise, "criterion": one.criterion, "text": one.text, "failed": one.failed, "graded": one.graded}
            for one in hardest(report)
        ],
        "mistakes": [{"exercise": one.exercise, "text": one.text, "learners": one.learners} for one in mistakes(report)],
        "look_alikes": [
            {
                "learners": [pair.one, pair.other],
                "exercises": [{"exercise": exercise, "alike": alike} for exercise, alike in pair.exercises],
            }
            for pair in report.alike
        ],
        "stray": list(report.stray),
    }


def _row_json(row: ClassRow) -> dict[str, Any]:
    return {
        "exercise": row.exercise,
        "state": row.state,
        "points": row.points,
        "max_points": row.max_points,
        "passed": row.passed,
        "problem": row.problem,
        "criteria": [dict(one) for one in row.criteria],
        "diagnostics": [dict(one) for one in row.problems],
    }


def to_gradescope(report: ClassReport, learner: str) -> dict[str, Any]:
    """The results.json that Gradescope's autograder harness reads."""
    tests: list[dict[str, Any]] = []
    weights = {task.exercise.slug: task.points / task.exercise.points for task in report.tasks}
    for number, row in enumerate(report.by_learner[learner], 1):
        if not row.criteria:
            tests.append(_test(f"{number}", f"{row.exercise}: {row.state}", row.points, row.max_points, False, row.problem))
        for place, one in enumerate(row.criteria, 1):
            weight = weights[row.exercise]
            said = [f"{key}: {one[key]}" for key in ("expected", "actual", "reason") if one[key]]
            whole = one["max_points"] * weight if one["outcome"] != "error" else 0
            name = f"{row.exercise}: {one['text']}"
            tests.append(
                _test(f"{number}.{place}", name, one["points"] * weight, whole, one["outcome"] == "passed", "\n".join(said))
            )
    points, whole = report.total(learner)
    return {
        "score": points,
        "output": f"{points:g} of {whole:g} points",
        "output_format": "text",
        "visibility": "visible",
        "tests": tests,
    }


def _test(number: str, name: str, score: float, whole: float, passed: bool, output: str) -> dict[str, Any]:
    return {
        "number": number,
        "name": name,
        "name_format": "text",
        "score": round(score, 2),
        "max_score": round(whole, 2),
        "status": "passed" if passed else "failed",
        "output": output,
        "output_format": "text",
        "visibility": "visible",
    }


def summary_rows(report: ClassReport) -> list[tuple[str, int, int, float]]:
    """Exercise, graded, passed, and the mean share of the points."""
    found = []
    for task in report.tasks:
        rows = [row for row in report.rows if row.exercise == task.exercise.slug and row.state == "graded"]
        shares = [row.points / row.max_points for row in rows if row.max_points]
        mean = sum(shares) / len(shares) if shares else 0.0
        found.append((task.exercise.slug, len(rows), sum(row.passed for row in rows), mean))
    return found


def titles(tasks: Sequence[ClassTask], lang: str) -> dict[str, str]:
    return {task.exercise.slug: pick(dict(task.exercise.title), lang) for task in tasks}
