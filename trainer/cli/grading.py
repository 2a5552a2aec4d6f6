"""Commands on exercises: list, grade, watch."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import click

from trainer.cli.console import ExitCode, emit_json, end_progress, language, narrate, progress_line, use_color
from trainer.cli.exam_rows import all_attempts, exam_rows
from trainer.cli.exam_show import print_exams
from trainer.cli.exercise_names import core_pack, find
from trainer.cli.grade_show import print_report
from trainer.cli.practice_show import installed_and_told, print_due, print_exercise
from trainer.content import Exercise, Pack, fill
from trainer.content.exercises import answer_names
from trainer.content.footprint import visible
from trainer.engine import Alert
from trainer.errors import StoreError
from trainer.grading import Engines, GradeReport, Outcome, Submission, grade, scenario_of
from trainer.grading.exam_texts import in_words
from trainer.session import Store
from trainer.session.figures import ExerciseFigures, read_figures
from trainer.session.shelf import key_of, shelf
from trainer.source import SourceFile, read_source

LEARNER_FILE = "falco_rules.local.yaml"


@click.command("list")
@click.option("--json", "as_json", is_flag=True, help="JSON for scripts.")
def list_command(as_json: bool) -> int:
    """List the exercises and exams with their state, and what is due today."""
    pack, lang = core_pack(), language()
    others = installed_and_told(pack)
    with Store.open() as store:
        found = read_figures(store, shelf(pack, others))
        exams = exam_rows([pack, *others], all_attempts(store))
    states = {one.key: one for one in found.exercises}
    if as_json:
        emit_json(
            {
                "pack": {"id": pack.id, "version": pack.version},
                "exercises": [_exercise_json(one, states[one.slug]) for one in pack.exercises],
                "exams": exams,
                "packs": [
                    {
                        "id": other.id,
                        "version": other.version,
                        "title": dict(other.title),
                        "exercises": [_exercise_json(one, states[key_of(other, one)]) for one in other.exercises],
                    }
                    for other in others
                ],
                "due_today": {"skills": list(found.due_skills), "exercises": list(found.due_exercises)},
            }
        )
        return ExitCode.YES
    width = max((len(key) for key in states), default=0)
    for exercise in pack.exercises:
        print_exercise(exercise, states[exercise.slug], lang, width)
    for other in others:
        click.echo(f"\n{other.id} {other.version}  {visible(in_words(other.title, lang))}")
        for exercise in other.exercises:
            print_exercise(exercise, states[key_of(other, exercise)], lang, width)
    if exams:
        click.echo("")
        print_exams(exams, lang)
    print_due(found, lang)
    return ExitCode.YES


def _exercise_json(exercise: Exercise, figures: ExerciseFigures) -> dict[str, object]:
    return {
        "slug": exercise.slug,
        "uuid": exercise.uuid,
        "title": dict(exercise.title),
        "difficulty": exercise.difficulty,
        "skills": list(exercise.skills),
        "points": exercise.points,
        "target_seconds": exercise.target_seconds,
        "scenario": exercise.scenario,
        "state": str(figures.state),
        "clean": figures.clean,
        "due": figures.due,
    }


def _grade_once(
    exercise: Exercise,
    pack: Pack,
    rules: SourceFile,
    answers: dict[str, str],
    live: bool | None,
    seed: int,
    quiet: bool,
    engines: Engines | None = None,
) -> GradeReport:
    cancel = threading.Event()

    def on_alert(alert: Alert) -> None:
        if not quiet:
            end_progress()
            narrate(alert.text_line())

    try:
        report = grade(
            exercise,
            Submission({LEARNER_FILE: rules}, answers),
            pack.base_rules,
            live=live,
            seed=seed,
            pack=pack,
            lang=language(),
            on_alert=on_alert,
            on_refused=lambda sentence: None if quiet else narrate(sentence),
            on_progress=lambda progress: progress_line(f"[{progress.step}/{progress.total}] {progress.message}"),
            cancel=cancel,
            engines=engines,
        )
    except KeyboardInterrupt:
        cancel.set()
        raise
    end_progress()
    return report


def _pack_file(
    exercise: Exercise, pack: Pack, source: SourceFile, answers: dict[str, str], seed: int
) -> tuple[SourceFile, dict[str, str]]:
    """A pack's own file as the seed's learner would hand it in: variables put in, and with the answers that the pack keeps beside it."""
    variables = scenario_of(exercise, seed, pack).variables
    own = {exercise.reference.text: exercise.reference_answers, exercise.starter.text: exercise.starter_answers}
    kept = {name: fill(file.text, variables) for name, file in own.get(source.text, {}).items()}
    return SourceFile(source.name, fill(source.text, variables)), kept | answers


def _answers(exercise: Exercise, pairs: tuple[str, ...]) -> dict[str, str]:
    """The answer files by name. Raises BadParameter for a name that the exercise does not ask for."""
    asked = answer_names(exercise.criteria) | {"falco.yaml"}
    answers = {}
    for pair in pairs:
        name, separator, path = pair.partition("=")
        if not separator:
            raise click.BadParameter(f"{pair!r} is not NAME=FILE", param_hint="--answer")
        if name not in asked:
            raise click.BadParameter(f"no answer is named {name!r}; known: {', '.join(sorted(asked))}", param_hint="--answer")
        answers[name] = read_source(Path(path)).text
    return answers


@click.command("grade")
@click.argument("exercise")
@click.option("--rules", required=True, type=click.Path(path_type=Path), help="The learner's rules file.")
@click.option("--answer", "answers", multiple=True, metavar="NAME=FILE", help="A file that the task asks for.")
@click.option(
    "--live/--recorded", "live", default=None, help="Force a live run in Docker, or the recording; default: live where possible."
)
@click.option("--seed", default=0, show_default=True, help="Variant of the scenario.")
@click.option("--json", "as_json", is_flag=True, help="JSON for scripts.")
def grade_command(exercise: str, rules: Path, answers: tuple[str, ...], live: bool | None, seed: int, as_json: bool) -> int:
    """Grade one attempt at EXERCISE: what was caught, what was missed, what was a false alarm, and why."""
    named = find(exercise)
    pack, found = named.pack, named.exercise
    source, given = _pack_file(found, pack, read_source(rules), _answers(found, answers), seed)
    report = _grade_once(found, pack, source, given, live, seed, as_json)
    if as_json:
        emit_json(report.to_json())
    else:
        print_report(report, language())
    try:
        with Store.open() as store:
            store.record_attempt(
                *(named.key, source.text, report.to_json(), report.score, report.max_score, report.passed),
                seed=seed,
                pack=f"{pack.id}@{pack.version}",
            )
    except StoreError as error:  # the verdict stands all the same
        narrate(f"warning: this attempt is not in your progress: {error.message}")
        narrate(f"next: {error.help}")
    if any(result.outcome is Outcome.ERROR for result in report.criteria):
        return ExitCode.ENVIRONMENT
    return ExitCode.YES if report.passed else ExitCode.NO


@click.command("watch")
@click.argument("exercise")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--live/--recorded", "live", default=False, help="Grade live at each save; default: the recording.")
@click.option("--seed", default=0, show_default=True, help="Variant of the scenario.")
@click.option("--once", is_flag=True, help="Grade once and stop.")
def watch_command(exercise: str, file: Path, live: bool, seed: int, once: bool) -> int:
    """Grade FILE at every save, for people who live in vim. Ctrl-C ends it."""
    named = find(exercise)
    pack, found = named.pack, named.exercise
    seen: tuple[int, int] | None = None
    engines = Engines()
    narrate(f"watching {file}; save it to grade, Ctrl-C to stop")
    while True:
        state = _file_state(file)
        if state != seen and state is not None:
            seen = state
            if use_color():
                click.clear()
            report = _grade_once(found, pack, read_source(file), {}, live, seed, True, engines)
            print_report(report, language())
            if once:
                return ExitCode.YES if report.passed else ExitCode.NO
        elif once:
            read_source(file)
        time.sleep(0.2)


def _file_state(path: Path) -> tuple[int, int] | None:
    """Changes when the file is written or replaced; None while an editor swaps it."""
    try:
        stat = path.stat()
    except FileNotFoundError:
        return None
    return (stat.st_mtime_ns, stat.st_ino)
