"""Commands on exercises: list, grade, watch."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import click

from trainer.cli.console import ExitCode, emit_json, end_progress, language, narrate, paint, progress_line, use_color
from trainer.cli.exam_rows import all_attempts, exam_rows
from trainer.cli.exam_show import print_exams
from trainer.cli.exercise_names import core_pack, find
from trainer.cli.practice_show import installed_and_told, print_due, state_mark
from trainer.content import Exercise, Pack, fill
from trainer.content.footprint import visible
from trainer.diagnostics.render import render_plain
from trainer.engine import Alert
from trainer.errors import StoreError
from trainer.grading import GradeReport, Outcome, Submission, grade, scenario_of
from trainer.session import Store
from trainer.session.figures import ExerciseFigures, read_figures
from trainer.session.shelf import key_of, shelf
from trainer.source import SourceFile, read_source

LEARNER_FILE = "falco_rules.local.yaml"


def _text(texts: object, lang: str) -> str:
    return str(texts.get(lang) or texts.get("en") or "") if isinstance(texts, dict) else str(texts)


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
    for exercise in pack.exercises:
        _list_line(exercise, states[exercise.slug], lang)
    for other in others:
        click.echo(f"\n{other.id} {other.version}  {visible(_text(dict(other.title), lang))}")
        for exercise in other.exercises:
            _list_line(exercise, states[key_of(other, exercise)], lang)
    if exams:
        click.echo("")
        print_exams(exams, lang)
    print_due(found, lang)
    return ExitCode.YES


def _list_line(exercise: Exercise, figures: ExerciseFigures, lang: str) -> None:
    title = visible(_text(dict(exercise.title), lang))
    minutes = exercise.target_seconds // 60
    click.echo(f"{state_mark(figures)} {figures.key:<28} {exercise.difficulty:<6} {minutes:>2} min  {title}")


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


_OUTCOME_COLOR = {Outcome.PASSED: "green", Outcome.FAILED: "red", Outcome.SKIPPED: "bright_black", Outcome.ERROR: "yellow"}


def print_report(report: GradeReport, lang: str) -> None:
    """The report for people, on stdout."""
    for diagnostic in report.diagnostics:
        click.echo(render_plain(diagnostic, color=use_color(), language=lang))
    for result in report.criteria:
        mark = paint(f"{result.outcome.value:<8}", fg=_OUTCOME_COLOR[result.outcome])
        click.echo(f"{mark} {result.points:>2}/{result.max_points:<2} {_text(dict(result.text), lang)}")
        if result.outcome is not Outcome.PASSED:
            for label, text in (
                ("expected", result.expected),
                ("actual", result.actual),
                ("why", result.reason),
                ("help", result.help),
            ):
                if text:
                    click.echo(f"             {label}: {text}")
    if report.actions:
        click.echo("")
    for action in report.actions:
        color = {"caught": "green", "missed": "red", "false alarm": "red"}.get(action.verdict)
        click.echo(
            f"  {paint(f'{action.verdict:<12}', fg=color)} {action.action_id}" + (f": {action.reason}" if action.reason else "")
        )
    if report.note:
        click.echo(f"\n{report.note}")
    verdict = paint("passed", fg="green", bold=True) if report.passed else paint("not passed", fg="red", bold=True)
    click.echo(f"\n{verdict}: {report.score} of {report.max_score} points ({report.source}, variant {report.seed})")


def _grade_once(
    exercise: Exercise, pack: Pack, rules: SourceFile, answers: dict[str, str], live: bool | None, seed: int, quiet: bool
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
            on_progress=lambda progress: progress_line(f"[{progress.step}/{progress.total}] {progress.message}"),
            cancel=cancel,
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
    asked = {str(criterion.params["file"]) for criterion in exercise.criteria if "file" in criterion.params} | {"falco.yaml"}
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
    narrate(f"watching {file}; save it to grade, Ctrl-C to stop")
    while True:
        state = _file_state(file)
        if state != seen and state is not None:
            seen = state
            if use_color():
                click.clear()
            report = _grade_once(found, pack, read_source(file), {}, live, seed, True)
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
