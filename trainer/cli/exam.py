"""Mock exams without the TUI: list, start, resume, pause, report. The learner works in a folder with an editor of their own."""

from __future__ import annotations

import json
import os
import secrets
import threading
import time
from collections.abc import Callable
from pathlib import Path

import click

from trainer.cli.console import ExitCode, emit_json, end_progress, language, narrate, progress_line
from trainer.cli.exam_folder import can_be_laid_out, free_folder, moved_here, take_away, write_folder, write_starters
from trainer.cli.exam_names import all_packs, find_exam, pack_named
from trainer.cli.exam_rows import all_attempts, attempt_row, exam_rows
from trainer.cli.exam_show import print_attempts, print_exam_report, print_exams, print_tasks, title_of
from trainer.cli.exam_texts import tell
from trainer.content import ExamClock
from trainer.content.footprint import visible
from trainer.errors import ExamError, PackError, TrainerError
from trainer.grading import ExamReport
from trainer.grading.exam_export import to_csv, to_html, to_markdown
from trainer.grading.exam_texts import minutes
from trainer.session import Store
from trainer.session.exam import ExamSession, TaskSheet, attempt_sheets, draw_sheets
from trainer.session.exam_folder import task_folder
from trainer.session.exam_grading import exam_report, grade_attempt
from trainer.session.exam_store import ExamAttempt, ExamState, attempt_numbers, running_attempt

MAX_SEED = 999_999
FORMATS = ("json", "csv", "md", "html")
_SUFFIXES = {".json": "json", ".csv": "csv", ".md": "md", ".markdown": "md", ".html": "html", ".htm": "html"}


@click.group("exam")
def exam_group() -> None:
    """Mock exams: timed, without hints, graded at the end."""


@exam_group.command("list")
@click.option("--json", "as_json", is_flag=True, help="JSON for scripts.")
def list_exams_command(as_json: bool) -> int:
    """List the exams with the best result, and the attempts."""
    packs = all_packs()
    with Store.open() as store:
        attempts = all_attempts(store)
    rows = exam_rows(packs, attempts)
    if as_json:
        emit_json({"exams": rows, "attempts": [attempt_row(attempt) for attempt in attempts]})
    else:
        print_exams(rows, language())
        print_attempts(attempts, language())
    return ExitCode.YES


@exam_group.command("start")
@click.argument("exam")
@click.option("--seed", type=click.IntRange(0, MAX_SEED), help="Draws the tasks and their variants; default: another each time.")
@click.option("--folder", type=click.Path(path_type=Path), help="Where to work; default: ./exam-EXAM.")
@click.option("--json", "as_json", is_flag=True, help="JSON for scripts.")
def start_command(exam: str, seed: int | None, folder: Path | None, as_json: bool) -> int:
    """Begin EXAM: lay out a folder with the tasks, and start the clock."""
    named = find_exam(exam)
    lang = language()
    if seed is None:
        seed = named.exam.seed if named.exam.seed is not None else 1 + secrets.randbelow(MAX_SEED)
    sheets = draw_sheets(named.exam, named.pack, seed)
    with Store.open() as store:
        _refuse_second(store)
        if folder is None:
            folder = free_folder(Path.cwd() / f"exam-{named.exam.slug}")
        folder = folder.absolute()
        can_be_laid_out(folder)
        written: list[Path] = []
        try:
            written += write_starters(folder, sheets)
            written += write_folder(folder, named.exam, sheets, named.pack.base_rules.text, lang)
            session = ExamSession.begin(store, named.exam, named.pack, sheets, seed=seed, folder=folder, counting=True)
        except BaseException:
            take_away(written, folder)
            raise
        attempt = session.attempt
    if as_json:
        emit_json(_attempt_json(attempt, sheets))
        return ExitCode.YES
    until = time.strftime("%H:%M", time.localtime(attempt.started_at + attempt.duration))
    name = "began" if attempt.clock is ExamClock.RUNNING else "began.paused"
    click.echo(tell(lang, name, title=title_of(attempt, lang), minutes=round(attempt.duration / 60), until=until))
    print_tasks(attempt, sheets, lang)
    click.echo(tell(lang, "work in", folder=visible(str(folder))))
    narrate(tell(lang, "next"))
    return ExitCode.YES


@exam_group.command("resume")
@click.option("--finish", is_flag=True, help="Hand in: the exam ends now.")
@click.option("--folder", type=click.Path(path_type=Path), help="Where the exam's folder is now, when it was moved.")
@click.option("--json", "as_json", is_flag=True, help="JSON for scripts.")
def resume_command(finish: bool, folder: Path | None, as_json: bool) -> int:
    """Go on with the exam that runs: keep its files safe, and say how much time is left.

    Exit code 1: the time is over.
    """
    lang = language()
    with Store.open() as store:
        folder = _folder_now(store, folder)
        session = ExamSession.resume(store, counting=True, folder=folder)
        problems = list(session.problems)
        if finish:
            session.hand_in()
            problems += session.problems
        attempt = session.attempt
        for problem in dict.fromkeys(problems):
            narrate(f"warning: {problem}")
        sheets = _sheets(attempt)
        if attempt.state is ExamState.RUNNING:
            _restore(session, attempt, sheets, lang)
    _show_attempt(attempt, sheets, lang, as_json)
    return ExitCode.YES if finish or attempt.state is ExamState.RUNNING else ExitCode.NO


@exam_group.command("pause")
@click.option("--json", "as_json", is_flag=True, help="JSON for scripts.")
def pause_command(as_json: bool) -> int:
    """Stop the clock of an exam for training, until the next resume.

    Exit code 1: the time is over.
    """
    lang = language()
    with Store.open() as store:
        number = running_attempt(store)
        if number is None:
            raise ExamError("no exam is running", "begin one: cks-trainer exam start EXAM")
        session = ExamSession(store, number)
        attempt = session.pause()
    for problem in session.problems:
        narrate(f"warning: {problem}")
    _show_attempt(attempt, _sheets(attempt), lang, as_json)
    return ExitCode.YES if attempt.state is ExamState.RUNNING else ExitCode.NO


@exam_group.command("report")
@click.argument("attempt", required=False, type=click.IntRange(1, 2**31))
@click.option("--format", "form", type=click.Choice(FORMATS), help="Default: by the name of FILE, or a text for people.")
@click.option("-o", "output", type=click.Path(path_type=Path), metavar="FILE", help="Write it there.")
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("--live", is_flag=True, help="Grade in Docker; default: on the recordings.")
def report_command(attempt: int | None, form: str | None, output: Path | None, as_json: bool, live: bool) -> int:
    """Grade an exam that has ended, and show the report. ATTEMPT: its number in `exam list`; default: the newest.

    Exit code 0: passed, 1: not passed.
    """
    if as_json and form not in (None, "json"):
        raise click.UsageError(f"--json and --format {form} do not go together")
    form = "json" if as_json else form or (_SUFFIXES.get(output.suffix.lower()) if output is not None else None)
    if output is not None and form is None:
        raise click.UsageError(f"say which format {output} shall have: --format {'|'.join(FORMATS)}")
    if output is not None:
        _can_be_written(output)
    with Store.open() as store:
        report = _graded(store, _ended(store, attempt), live)
    if not report.is_complete:
        narrate("warning: something could not be graded, which is the trainer's fault; it costs no points")
    if output is not None and form is not None:
        output.write_bytes(_render(report, form).encode("utf-8"))
        narrate(f"the report is in {output}")
    elif form is not None:
        click.echo(_render(report, form), nl=False)
    else:
        print_exam_report(report, language())
    return ExitCode.YES if report.passed else ExitCode.NO


def _render(report: ExamReport, form: str) -> str:
    if form == "json":
        return json.dumps(report.to_json(), ensure_ascii=False, indent=2) + "\n"
    made: dict[str, Callable[[ExamReport, str], str]] = {"csv": to_csv, "md": to_markdown, "html": to_html}
    return made[form](report, language())


def _graded(store: Store, attempt: ExamAttempt, live: bool) -> ExamReport:
    """The stored report, or a new one."""
    report = exam_report(store, attempt.id)
    if report is not None:
        if live:
            narrate(f"attempt {attempt.id} was graded before; this is its report")
        return report
    cancel = threading.Event()
    try:
        report = grade_attempt(
            store,
            attempt.id,
            pack_named(attempt.pack),
            live=live,
            lang=language(),
            on_task=lambda number, count, slug: progress_line(f"[{number}/{count}] grading {slug}"),
            cancel=cancel,
        )
    except KeyboardInterrupt:
        cancel.set()
        raise
    end_progress()
    return report


def _ended(store: Store, number: int | None) -> ExamAttempt:
    """The attempt to report on. Raises ExamError when it runs, or when there is none."""
    numbers = attempt_numbers(store)
    if number is None and not numbers:
        raise ExamError("no exam was begun yet", "begin one: cks-trainer exam start EXAM; see the exams: cks-trainer exam list")
    session = ExamSession(store, numbers[0] if number is None else number)
    attempt = session.look()
    for problem in session.problems:
        narrate(f"warning: {problem}")
    if attempt.state is ExamState.RUNNING:
        older = [one for one in numbers if one != attempt.id]
        advice = "hand it in: cks-trainer exam resume --finish"
        advice += f"; or name an older attempt: cks-trainer exam report {older[0]}" if older else ""
        raise ExamError(f"attempt {attempt.id} has not ended: {minutes(attempt.seconds_left)} left", advice)
    return attempt


def _refuse_second(store: Store) -> None:
    """Raises ExamError when an attempt runs, before anything is written for another one."""
    number = running_attempt(store)
    attempt = ExamSession(store, number).look() if number is not None else None
    if attempt is not None and attempt.state is ExamState.RUNNING:
        raise ExamError(
            f"attempt {attempt.id} at the exam {attempt.exam!r} is running, {minutes(attempt.seconds_left)} left",
            "go on with it: cks-trainer exam resume; or hand it in: cks-trainer exam resume --finish",
        )


def _sheets(attempt: ExamAttempt) -> tuple[TaskSheet, ...]:
    """The tasks of an attempt; none when its pack is gone, which must not keep anyone from their files."""
    try:
        return attempt_sheets(attempt, pack_named(attempt.pack))
    except PackError as error:
        narrate(f"warning: {error.message}")
        return ()


def _folder_now(store: Store, moved: Path | None) -> Path | None:
    """Where the running attempt's files are, when that is not where the store says: it was moved, or there was none yet."""
    number = running_attempt(store)
    if number is None:
        return None
    attempt = ExamSession(store, number).attempt
    if moved is not None:
        moved = moved.absolute()
        first = attempt.tasks[0]
        moved_here(moved, task_folder(first.number, first.exercise))
        return moved
    return free_folder(Path.cwd() / f"exam-{attempt.exam}") if attempt.folder is None else None


def _restore(session: ExamSession, attempt: ExamAttempt, sheets: tuple[TaskSheet, ...], lang: str) -> None:
    """Writes again what is missing in the attempt's folder. A folder that cannot be written is told of, and loses nothing."""
    if attempt.folder is None:
        return
    try:
        count = session.bring_back()
        pack = pack_named(attempt.pack)
        exam = next((one for one in pack.exams if one.uuid == attempt.uuid), None)
        if exam is not None and sheets:
            count += len(write_folder(attempt.folder, exam, sheets, pack.base_rules.text, lang))
    except OSError as error:
        narrate(f"warning: {attempt.folder} cannot be written: {error.strerror or error}; what was saved is safe")
        return
    except PackError:
        return
    if count:
        narrate(f"{count} files were missing or old in {attempt.folder}, and were written again")


def _show_attempt(attempt: ExamAttempt, sheets: tuple[TaskSheet, ...], lang: str, as_json: bool) -> None:
    """Time left and the tasks, or that the attempt has ended."""
    if as_json:
        emit_json(_attempt_json(attempt, sheets))
        return
    title = title_of(attempt, lang)
    if attempt.state is not ExamState.RUNNING:
        click.echo(tell(lang, "ended", title=title, ended=tell(lang, attempt.state.value), number=attempt.id))
        print_tasks(attempt, sheets, lang)
        return
    click.echo(tell(lang, "left", title=title, left=minutes(attempt.seconds_left), duration=minutes(attempt.duration)))
    print_tasks(attempt, sheets, lang)
    click.echo(tell(lang, "work in", folder=visible(str(attempt.folder))))
    narrate(tell(lang, "next" if attempt.counting else "stopped"))


def _attempt_json(attempt: ExamAttempt, sheets: tuple[TaskSheet, ...]) -> dict[str, object]:
    """What ``start``, ``resume`` and ``pause`` print for scripts."""
    by_number = {sheet.number: sheet for sheet in sheets}
    tasks = []
    for task in attempt.tasks:
        sheet = by_number.get(task.number)
        place = None if attempt.folder is None else str(attempt.folder / task_folder(task.number, task.exercise))
        tasks.append(
            {
                "number": task.number,
                "exercise": task.exercise,
                "title": dict(sheet.exercise.title) if sheet is not None else {},
                "points": task.points,
                "seed": task.seed,
                "state": "edited" if task.edited else "untouched",
                "flagged": task.flagged,
                "seconds": round(task.seconds, 1),
                "target_seconds": sheet.exercise.target_seconds if sheet is not None else None,
                "folder": place,
                "files": list(sheet.files) if sheet is not None else [],
            }
        )
    return {**attempt_row(attempt), "title": dict(attempt.title), "duration_seconds": attempt.duration, "tasks": tasks}


def _can_be_written(output: Path) -> None:
    """Asked before grading, whose report would be lost after it. Raises TrainerError."""
    if output.is_dir():
        raise TrainerError(f"{output} is a folder", "give a file name after -o")
    if not output.parent.is_dir():
        raise TrainerError(f"{output.parent} is no folder", "make it first, or give another file name after -o")
    if not os.access(output if output.exists() else output.parent, os.W_OK):
        raise TrainerError(f"{output} may not be written by you", "give another file name after -o")
