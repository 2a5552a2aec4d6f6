"""Finding and reading packs. Bad content is diagnostics; only ``load_scenario`` raises, for those who need one to run."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import trainer
from trainer.content.exams import read_exams
from trainer.content.exercises import inside, read_exercise
from trainer.content.model import Exercise, Pack, Scenario
from trainer.content.reading import Problems, read_mapping, read_text_file
from trainer.content.scenarios import NAME, check_version, read_scenario
from trainer.diagnostics import Diagnostic
from trainer.errors import PackError
from trainer.source import SourceFile, Span

PACK_FILE = Path("exercises") / "pack.yaml"
LANGUAGES = ("en", "ko")
_BASE_WANTED = "the rules that the exam node carries, relative to exercises/: base_rules: base/falco_rules.yaml"
_NOT_EXERCISES = frozenset({"base", "exams"})


def core_pack_folder() -> Path:
    """The pack that comes with the trainer: inside an installed wheel, or the checkout that runs."""
    package = Path(trainer.__file__).resolve().parent
    for folder in (package / "_core", package.parent):
        if (folder / PACK_FILE).is_file():
            return folder
    raise PackError("the core pack is missing from this installation", "install again: pip install --force-reinstall cks-trainer")


def load_pack(folder: Path) -> tuple[Pack | None, tuple[Diagnostic, ...]]:
    """The pack in ``folder`` without its broken exercises; None when pack.yaml or the base rules cannot be used."""
    problems = Problems()
    path = folder / PACK_FILE
    fields = read_mapping(
        path, problems, wanted="a pack is a folder with exercises/pack.yaml; begin one: cks-trainer pack new FOLDER"
    )
    if fields is None or not check_version(fields, path, required=True):
        return None, tuple(problems.found)
    pack_id = fields.text("id", required=True)
    if pack_id and not NAME.fullmatch(pack_id):
        problems.error(fields.at("id"), f"{pack_id!r}: an id has lower case letters, digits and - only")
    languages = fields.texts("languages", default=LANGUAGES) or LANGUAGES
    if "en" not in languages:
        problems.error(fields.at("languages"), "every pack has English (en)")
    version, licence, falco = (fields.text(key, required=True) for key in ("version", "licence", "falco"))
    title = fields.localised("title", languages)
    order = fields.texts("order")
    base_name = fields.text("base_rules", required=True)
    base_path = inside(folder / "exercises", base_name)
    if base_path is None:
        problems.error(fields.at("base_rules"), f"{base_name!r} leads out of the pack")
    base = None
    if base_path is not None and base_name and not base_path.exists():
        problems.error(fields.at("base_rules"), f"{base_name!r} does not exist in exercises/", _BASE_WANTED)
    elif base_path is not None and base_name:
        base = read_text_file(base_path, problems)
    fields.done("a pack")
    usable = not problems.has_errors
    exercises = _exercises(folder / "exercises", languages, order, problems)
    slugs = {exercise.slug for exercise in exercises}
    for index, slug in enumerate(order):
        if not (folder / "exercises" / slug / "exercise.yaml").is_file():
            problems.error(fields.at_item("order", index), f"there is no exercise {slug!r}")
    scenarios = _scenarios(folder / "scenarios", languages, problems)
    exams, found = read_exams(folder / "exercises" / "exams", exercises, languages)
    problems.found.extend(found)
    if not slugs and usable:
        problems.warning(fields.span, "the pack has no exercise that can be used")
    if base is None or not usable:
        return None, tuple(problems.found)
    pack = Pack(pack_id, version, title, folder, base, exercises, scenarios, languages, licence, falco, exams)
    return pack, tuple(problems.found)


def load_exercise(folder: Path) -> tuple[Exercise | None, tuple[Diagnostic, ...]]:
    exercise, found, _ = read_exercise(folder, _pack_languages(folder.parent / "pack.yaml"))
    return exercise, found


def load_scenario(scenario: Path | str, seed: int = 0, pack_folder: Path | None = None) -> Scenario:
    """A scenario by its folder's path, or by its name in a pack (default: the core pack). Raises PackError."""
    folder = Path(scenario)
    if not (folder / "scenario.yaml").is_file() and NAME.fullmatch(str(scenario)):
        folder = (pack_folder or core_pack_folder()) / "scenarios" / str(scenario)
    if not (folder / "scenario.yaml").is_file():
        parent = folder.parent
        names = sorted(path.parent.name for path in parent.glob("*/scenario.yaml")) if parent.is_dir() else []
        known = f"scenarios: {', '.join(names)}" if names else "give a scenario's name, or the path of its folder"
        raise PackError(f"there is no scenario {str(scenario)!r}", known)
    loaded, found = read_scenario(folder, seed, _pack_languages(folder.resolve().parent.parent / PACK_FILE))
    if loaded is None:
        pack = folder.parent.parent
        lint = f" {pack}" if (pack / PACK_FILE).is_file() else " FOLDER"
        with_seed = f" with seed {seed}" if seed else ""
        raise PackError(
            f"scenario {folder.name!r} cannot be used{with_seed}: {_first_error(found)}", f"run: cks-trainer pack lint{lint}"
        )
    return loaded


def scenario_recordings(folder: Path) -> list[Path]:
    """The recordings of a scenario's folder, by seed."""
    return [path for _, path in sorted(recordings_by_seed(folder).items())]


def recordings_by_seed(folder: Path) -> dict[int, Path]:
    found = {}
    for pattern in ("seed-*.jsonl.gz", "seed-*.jsonl"):
        for path in (folder / "recordings").glob(pattern):
            digits = path.name.split(".")[0].removeprefix("seed-")
            if digits.isascii() and digits.isdigit():
                found[int(digits)] = path
    return dict(sorted(found.items()))


def _exercises(folder: Path, languages: Sequence[str], order: Sequence[str], problems: Problems) -> tuple[Exercise, ...]:
    exercises: list[Exercise] = []
    names = sorted(path.name for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []
    owners: dict[str, str] = {}
    for name in names:
        if name in _NOT_EXERCISES or name.startswith((".", "_")):
            continue
        exercise, found, _ = read_exercise(folder / name, languages)
        problems.found.extend(found)
        if exercise is None:
            continue
        if (owner := owners.setdefault(exercise.uuid, name)) != name:
            advice = "make a new one: python3 -c 'import uuid; print(uuid.uuid4())'"
            problems.error(_uuid_span(folder / name / "exercise.yaml"), f"exercise {owner!r} has the same uuid", advice)
        exercises.append(exercise)
    place = {slug: index for index, slug in enumerate(order)}
    return tuple(sorted(exercises, key=lambda exercise: (place.get(exercise.slug, len(place)), exercise.slug)))


def _uuid_span(path: Path) -> Span:
    """Of a file that was read before."""
    fields = read_mapping(path, Problems())
    return fields.at("uuid") if fields is not None else SourceFile(str(path), "").whole


def _scenarios(folder: Path, languages: Sequence[str], problems: Problems) -> tuple[str, ...]:
    names = []
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        if not path.is_dir() or path.name.startswith((".", "_")):
            continue
        scenario, found = read_scenario(path, 0, languages)
        problems.found.extend(found)
        if scenario is not None:
            names.append(path.name)
    return tuple(names)


@lru_cache(maxsize=16)
def _pack_languages(pack_file: Path) -> tuple[str, ...]:
    if not pack_file.is_file():
        return LANGUAGES
    fields = read_mapping(pack_file, Problems())
    return (fields.texts("languages") if fields is not None else ()) or LANGUAGES


def _first_error(found: Sequence[Diagnostic]) -> str:
    for diagnostic in found:
        if diagnostic.is_error and diagnostic.span is not None:
            position = diagnostic.span.position
            return f"{diagnostic.span.file.name}:{position.line}:{position.column}: {diagnostic.message}"
    return "unknown error"
