"""Reading exercises/exams/*.yaml: mock exams, and what is wrong with them."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Sequence
from pathlib import Path

from trainer.content.blueprints import impossible_draw
from trainer.content.exam_model import BlueprintDraw, Exam, ExamClock, ExamTask
from trainer.content.exercises import DIFFICULTIES, is_uuid
from trainer.content.model import Exercise
from trainer.content.reading import Fields, Problems, read_mapping
from trainer.content.scenarios import NAME, check_version
from trainer.diagnostics import Diagnostic
from trainer.source import SourceFile, Span
from trainer.source.yaml import YamlMapping, YamlScalar, YamlSequence

PASS_PERCENT = 67
"""Of the real exam."""
MAX_MINUTES = 480
MAX_POINTS = 1000


def read_exams(
    folder: Path, exercises: Sequence[Exercise], languages: Sequence[str] = ("en", "ko")
) -> tuple[tuple[Exam, ...], tuple[Diagnostic, ...]]:
    """The usable exams of a pack's exams folder by slug, and what is wrong with any of them."""
    exams: list[Exam] = []
    found: list[Diagnostic] = []
    owners = {exercise.uuid: f"exercise {exercise.slug!r}" for exercise in exercises}
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        if path.name.startswith((".", "_")):
            continue
        problems = Problems()
        exam = _read_exam(path, exercises, languages, problems) if path.suffix == ".yaml" else None
        if path.suffix != ".yaml":
            problems.warning(SourceFile(str(path), "").whole, f"{path.name} is not read: an exam is a file <slug>.yaml")
        if exam is not None and (owner := owners.setdefault(exam.uuid, f"exam {exam.slug!r}")) != f"exam {exam.slug!r}":
            fields = read_mapping(path, Problems())
            place = fields.at("uuid") if fields is not None else SourceFile(str(path), "").whole
            problems.error(place, f"{owner} has the same uuid", "make a new one: python3 -c 'import uuid; print(uuid.uuid4())'")
        found += problems.found
        if exam is not None and not problems.has_errors:
            exams.append(exam)
    return tuple(exams), tuple(found)


def _read_exam(path: Path, exercises: Sequence[Exercise], languages: Sequence[str], problems: Problems) -> Exam | None:
    fields = read_mapping(path, problems)
    if fields is None or not check_version(fields, path):
        return None
    if not NAME.fullmatch(path.stem):
        problems.error(fields.span, f"file {path.name!r}: a slug has lower case letters, digits and - only")
    exam_id = fields.text("uuid", required=True)
    if exam_id and not is_uuid(exam_id):
        problems.error(fields.at("uuid"), f"{exam_id!r} is not a uuid", "make one: python3 -c 'import uuid; print(uuid.uuid4())'")
    slug = fields.text("slug", required=True)
    if slug and slug != path.stem:
        problems.error(fields.at("slug"), f"'slug' is {slug!r}, and the file is {path.name}", "they must be the same")
    exam = Exam(
        uuid=exam_id,
        slug=path.stem,
        title=fields.localised("title", languages),
        description=fields.localised("description", languages),
        duration_minutes=fields.integer("duration_minutes", required=True, low=1, high=MAX_MINUTES),
        pass_percent=fields.integer("pass_percent", PASS_PERCENT, low=1, high=100),
        clock=ExamClock(fields.choice("clock", [clock.value for clock in ExamClock], ExamClock.RUNNING.value)),
        tasks=_tasks(fields, path.parent.parent, exercises),
        blueprint=_blueprint(fields, exercises),
        seed=fields.integer("seed", high=2**31) if fields.has("seed") else None,
    )
    fields.ignore("seed")  # known, whether it is there or not
    fields.done("an exam")
    if fields.has("tasks") == fields.has("blueprint"):
        problems.error(fields.span, "an exam has one of: tasks, blueprint")
    _check_time(exam, fields, exercises)
    return exam


def _check_time(exam: Exam, fields: Fields, exercises: Sequence[Exercise]) -> None:
    """A list whose target times do not fit into the exam is a slip of the author, but may be wanted."""
    targets = {exercise.slug: exercise.target_seconds for exercise in exercises}
    total = sum(targets.get(task.exercise, 0) for task in exam.tasks)
    if exam.duration_minutes and total > exam.duration_minutes * 60:
        minutes = -(-total // 60)
        fields.problems.warning(
            fields.at("duration_minutes"),
            f"the tasks' target times add up to {minutes} minutes, and the exam has {exam.duration_minutes}",
        )


def _tasks(fields: Fields, folder: Path, exercises: Sequence[Exercise]) -> tuple[ExamTask, ...]:
    node = fields.value("tasks")
    if node is None:
        return ()
    if not isinstance(node, YamlSequence):
        fields.problems.error(node.span, "'tasks' must be a list")
        return ()
    if not node.items:
        fields.problems.error(node.span, "'tasks' must not be empty")
    known = [exercise.slug for exercise in exercises]
    tasks: list[ExamTask] = []
    for item in node.items:
        if isinstance(item, YamlMapping):
            entry = Fields(item, fields.problems)
            task = ExamTask(entry.text("exercise", required=True), _points(entry))
            place = entry.at("exercise")
            entry.done("a task of an exam")
        elif isinstance(item, YamlScalar) and not item.null:
            task, place = ExamTask(item.value), item.span
        else:
            fields.problems.error(item.span, "an item of 'tasks' must be an exercise, or {exercise: ..., points: ...}")
            continue
        if task.exercise and task.exercise not in known:
            _unknown_exercise(fields.problems, place, task.exercise, folder, known)
        elif task.exercise in [one.exercise for one in tasks]:
            fields.problems.error(place, f"exercise {task.exercise!r} stands here twice")
        tasks.append(task)
    return tuple(tasks)


def _unknown_exercise(problems: Problems, place: Span, slug: str, folder: Path, known: Sequence[str]) -> None:
    if NAME.fullmatch(slug) and (folder / slug / "exercise.yaml").is_file():
        problems.error(place, f"exercise {slug!r} cannot be used", "it has problems of its own; see them")
    else:
        problems.error(place, f"there is no exercise {slug!r}", _nearest(slug, known))


def _blueprint(fields: Fields, exercises: Sequence[Exercise]) -> tuple[BlueprintDraw, ...]:
    before = len(fields.problems.found)
    entries = fields.mappings("blueprint", required=fields.has("blueprint"))
    node = fields.node.get("blueprint")
    if isinstance(node, YamlSequence) and not node.items:
        fields.problems.error(node.span, "'blueprint' must not be empty")
    draws = tuple(_draw(entry, exercises) for entry in entries)
    if len(fields.problems.found) > before:
        return draws
    for entry, draw in zip(entries, draws, strict=True):
        fitting = sum(draw.fits(exercise) for exercise in exercises)
        if fitting < draw.count:
            fields.problems.error(entry.at("count"), f"this draw wants {draw.count} exercises, and {fitting} of the pack fit")
            return draws
    bad = impossible_draw(draws, exercises)
    for entry, draw in zip(entries, draws, strict=True):
        if draw is bad:
            fields.problems.error(
                entry.at("count"),
                "no exercise is left for this draw: the draws before it take those that fit",
                "lower a count, or let the draws ask for different exercises",
            )
    return draws


def _draw(fields: Fields, exercises: Sequence[Exercise]) -> BlueprintDraw:
    skills = {skill for exercise in exercises for skill in exercise.skills}
    domains = {exercise.domain for exercise in exercises}
    draw = BlueprintDraw(
        count=fields.integer("count", 1, required=True, low=1, high=100),
        skills=_words(fields, "skills", skills, "no exercise has the skill"),
        domains=_words(fields, "domains", domains, "no exercise has the domain"),
        difficulties=_words(fields, "difficulties", DIFFICULTIES, "there is no difficulty"),
        points=_points(fields),
    )
    fields.done("a draw of a blueprint")
    return draw


def _words(fields: Fields, key: str, known: Collection[str], message: str) -> tuple[str, ...]:
    words = fields.texts(key, required=fields.has(key))
    for index, word in enumerate(words):
        if word and word not in known:
            fields.problems.error(fields.at_item(key, index), f"{message} {word!r}", _nearest(word, sorted(known)))
    return words


def _points(fields: Fields) -> int | None:
    return fields.integer("points", low=1, high=MAX_POINTS) if fields.has("points") else None


def _nearest(word: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(word, known, n=1)
    return f"did you mean {close[0]!r}?" if close else f"known: {', '.join(known) or 'none'}"
