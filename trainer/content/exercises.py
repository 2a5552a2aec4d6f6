"""Reading exercise.yaml and the files beside it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from trainer.content.criteria import check_needs, read_criterion
from trainer.content.model import REFERENCE_FILE, AcceptedMutant, Criterion, Decoy, Exercise, Hint, Scenario
from trainer.content.reading import Fields, Problems, read_mapping, read_text_file
from trainer.content.scenarios import NAME, check_version, read_scenario
from trainer.content.variables import unknown_uses
from trainer.diagnostics import Code, Diagnostic
from trainer.source import SourceFile, Span
from trainer.source.nodes import scalars

DIFFICULTIES = ("quick", "core", "deep")


def read_exercise(
    folder: Path, languages: Sequence[str] = ("en", "ko")
) -> tuple[Exercise | None, tuple[Diagnostic, ...], Scenario | None]:
    """The exercise in ``folder``, what is wrong with it, and its scenario."""
    problems = Problems()
    path = folder / "exercise.yaml"
    fields = read_mapping(
        path, problems, wanted="each folder in exercises/ is an exercise; name it with _ in front to leave it out"
    )
    if fields is None or not check_version(fields, path):
        return None, tuple(problems.found), None
    if not NAME.fullmatch(folder.name):
        problems.error(fields.span, f"folder {folder.name!r}: a slug has lower case letters, digits and - only")
    exercise_id = fields.text("uuid", required=True)
    if exercise_id and not is_uuid(exercise_id):
        problems.error(
            fields.at("uuid"), f"{exercise_id!r} is not a uuid", "make one: python3 -c 'import uuid; print(uuid.uuid4())'"
        )
    points = fields.integer("points", required=True, low=1, high=1000)
    entries = [(entry, read_criterion(entry, languages)) for entry in fields.mappings("criteria", required=True)]
    check_needs(entries)
    criteria = tuple(criterion for _, criterion in entries)
    if (total := sum(criterion.points for criterion in criteria)) != points and criteria:
        problems.error(fields.at("points"), f"'points' is {points}, and the criteria's points add up to {total}")
    ids = [criterion.id for criterion in criteria]
    starter, reference = (_beside(folder / name, problems, wanted) for name, wanted in _BESIDE.items())
    exercise = Exercise(
        uuid=exercise_id,
        slug=folder.name,
        title=fields.localised("title", languages),
        domain=fields.text("domain", required=True),
        skills=fields.texts("skills", required=True),
        difficulty=fields.choice("difficulty", DIFFICULTIES, "core"),
        target_seconds=fields.integer("target_seconds", required=True, low=10, high=7200),
        points=points,
        scenario=fields.text("scenario", required=True),
        criteria=criteria,
        hints=tuple(_hint(entry, ids, languages) for entry in fields.mappings("hints")),
        decoys=tuple(_decoy(entry, folder, criteria, languages, reference) for entry in fields.mappings("decoys")),
        task=_languages_of(folder, "task", languages, problems, required=True),
        starter=starter,
        reference=reference,
        folder=folder,
        learned=_languages_of(folder, "learned", languages, problems, required=False),
        starter_answers=_answers(folder / "answers" / "starter", problems),
        reference_answers=_answers(folder / "answers" / "reference", problems),
        accepted_mutants=tuple(_accepted(entry) for entry in fields.mappings("accepted_mutants")),
    )
    fields.done("an exercise")
    for entry, criterion in entries:
        wanted = {"answer": criterion.params.get("file"), "config": "falco.yaml"}.get(criterion.kind)
        if isinstance(wanted, str) and wanted not in exercise.reference_answers:
            problems.error(entry.span, f"the reference has no file {wanted!r}", f"write answers/reference/{wanted}")
    scenario = _check_scenario(exercise, fields, entries, languages)
    if scenario is not None:
        exercise = replace(exercise, source=scenario.source)
    return (None if problems.has_errors else exercise), tuple(problems.found), scenario


def is_uuid(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False


_BESIDE: Final = {
    "starter.yaml": "beside exercise.yaml: the rules that the learner begins with (a comment is enough)",
    REFERENCE_FILE: "beside exercise.yaml: the rules that solve the task",
}


def _beside(path: Path, problems: Problems, wanted: str) -> SourceFile:
    return read_text_file(path, problems, wanted) or SourceFile(str(path), "")


def _languages_of(folder: Path, stem: str, languages: Sequence[str], problems: Problems, *, required: bool) -> dict[str, str]:
    texts = {}
    for language in languages:
        path = folder / f"{stem}.{language}.md"
        if path.exists():
            file = read_text_file(path, problems)
            if file is not None and file.text.strip():
                texts[language] = file.text
            elif file is not None:
                problems.error(file.whole, f"{path.name} is empty")
        elif required:
            tell = problems.error if language == "en" else problems.warning
            wanted = "beside exercise.yaml: the task in this language, as Markdown"
            tell(SourceFile(str(path), "").whole, f"{path.name} is missing", wanted)
    return texts


def _answers(folder: Path, problems: Problems) -> dict[str, SourceFile]:
    files = {}
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        if not path.name.startswith(".") and (file := read_text_file(path, problems)) is not None:
            files[path.name] = file
    return files


def _hint(fields: Fields, ids: Sequence[str], languages: Sequence[str]) -> Hint:
    hint = Hint(fields.text("when", required=True), fields.localised("text", languages))
    if hint.when and hint.when != "always" and hint.when not in ids and hint.when not in list(Code):
        fields.problems.error(
            fields.at("when"), f"{hint.when!r} is no criterion of this exercise, no diagnostic code and not 'always'"
        )
    fields.done("a hint")
    return hint


def _decoy(fields: Fields, folder: Path, criteria: Sequence[Criterion], languages: Sequence[str], reference: SourceFile) -> Decoy:
    """Its rules are the reference's where it names none and has answers of its own."""

    def read(name: str, place: Span) -> SourceFile:
        path = inside(folder, name)
        if path is None:
            fields.problems.error(place, f"{name!r} leads out of the exercise's folder")
        if path is None or not name:
            return SourceFile(name, "")
        if not path.exists():
            fields.problems.error(place, f"there is no file {name!r}", f"write {path}, the wrong answer, or correct the name")
            return SourceFile(str(path), "")
        return _beside(path, fields.problems, "")

    paths = fields.pairs("answers")
    asked = answer_names(criteria)
    for name in paths:
        if name not in asked:
            fields.problems.error(
                fields.at("answers"), f"no criterion looks at a file {name!r}", f"files: {', '.join(sorted(asked)) or 'none'}"
            )
    answers = {name: read(path, fields.at("answers")) for name, path in paths.items()}
    name = fields.text("file", REFERENCE_FILE, required=not answers)
    file = reference if name == REFERENCE_FILE else read(name, fields.at("file"))
    fails = fields.texts("fails", required=True)
    for index, criterion_id in enumerate(fails):
        if criterion_id not in [criterion.id for criterion in criteria]:
            fields.problems.error(fields.at_item("fails", index), f"there is no criterion {criterion_id!r}")
    decoy = Decoy(file, fails, fields.localised("why", languages), answers)
    fields.done("a decoy")
    return decoy


def answer_names(criteria: Sequence[Criterion]) -> frozenset[str]:
    """The files that the criteria look at beside the rules."""
    named = {str(criterion.params["file"]) for criterion in criteria if criterion.kind == "answer"}
    return frozenset(named | {"falco.yaml" for criterion in criteria if criterion.kind == "config"})


def _accepted(fields: Fields) -> AcceptedMutant:
    accepted = AcceptedMutant(fields.text("mutant", required=True), fields.text("reason", required=True))
    fields.done("an accepted mutant")
    return accepted


def inside(folder: Path, name: str) -> Path | None:
    """The file ``name`` of ``folder``; None when it would lead elsewhere, through ``..`` or a link."""
    path = folder / name
    return path if path.resolve().is_relative_to(folder.resolve()) else None


def _check_scenario(
    exercise: Exercise, fields: Fields, entries: Sequence[tuple[Fields, object]], languages: Sequence[str]
) -> Scenario | None:
    """That the scenario is there, and that actions and variables that the exercise names are its own."""
    if not exercise.scenario or exercise.folder is None:
        return None
    problems = fields.problems
    if not NAME.fullmatch(exercise.scenario):
        problems.error(fields.at("scenario"), f"{exercise.scenario!r} is not the name of a scenario")
        return None
    folder = exercise.folder.resolve().parent.parent / "scenarios" / exercise.scenario
    if not (folder / "scenario.yaml").is_file():
        problems.error(fields.at("scenario"), f"there is no scenario {exercise.scenario!r} in {folder.parent}")
        return None
    scenario, found = read_scenario(folder, 0, languages)
    if scenario is None:
        first = next((diagnostic.message for diagnostic in found if diagnostic.is_error), "")
        problems.error(fields.at("scenario"), f"scenario {exercise.scenario!r} cannot be used: {first}")
        return None
    known = [action.id for action in scenario.actions]
    for entry, criterion in zip((entry for entry, _ in entries), exercise.criteria, strict=True):
        actions = criterion.params.get("actions", ())
        for index, action in enumerate(actions if isinstance(actions, tuple) else ()):
            if action not in known:
                place = entry.at_item("actions", index)
                problems.error(place, f"the scenario has no action {action!r}", f"actions: {', '.join(known)}")
    for node in scalars(fields.node):
        _check_uses(node.value, node.mapped.span, scenario, problems)
    beside = (*exercise.starter_answers.values(), *exercise.reference_answers.values())
    wrong = [file for decoy in exercise.decoys for file in (decoy.file, *decoy.answers.values())]
    files = [exercise.starter, exercise.reference, *dict.fromkeys(wrong), *beside]
    for stem, texts in (("task", exercise.task), ("learned", exercise.learned)):
        files += [SourceFile(str(exercise.folder / f"{stem}.{language}.md"), text) for language, text in texts.items()]
    for file in dict.fromkeys(files):
        _check_uses(file.text, file.span, scenario, problems)
    return scenario


def _check_uses(text: str, place: Callable[[int, int], Span], scenario: Scenario, problems: Problems) -> None:
    """``place`` says where a part of the text stands."""
    known = ", ".join(scenario.variables) or "none"
    for name, start, end in unknown_uses(text, scenario.variables):
        problems.error(place(start, end), f"the scenario has no variable {name!r}", f"variables: {known}")
