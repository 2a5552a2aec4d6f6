"""The command that grades a class."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import click

from trainer.cli.console import ExitCode, emit_json, end_progress, is_terminal, language, narrate, progress_line
from trainer.cli.exercise_names import core_pack, find_exercise
from trainer.cli.pack_store import visible_lines
from trainer.content import Pack, load_pack
from trainer.content.drawing import draw_tasks
from trainer.content.footprint import visible
from trainer.content.installing import find_installed, load_installed
from trainer.content.loader import PACK_FILE
from trainer.diagnostics.render import render_plain
from trainer.errors import PackError, TrainerError
from trainer.grading.class_overview import to_html
from trainer.grading.class_report import ClassReport, to_csv, to_gradescope, to_json
from trainer.grading.class_results import ClassProgress, ClassTask, decoy_outcomes, grade_class
from trainer.grading.class_submissions import find_submissions
from trainer.grading.look_alikes import look_alikes
from trainer.session.shelf import installed_packs, packs_folder


@click.command("grade-all")
@click.argument("submissions", metavar="SUBMISSIONS_DIR", type=click.Path(path_type=Path))
@click.option("-o", "out", required=True, metavar="OUT_DIR", type=click.Path(path_type=Path), help="Folder for the results.")
@click.option("--pack", "pack_name", help="An installed pack (ID or ID@VERSION), or a pack's folder; default: the core pack.")
@click.option("--exam", "exam_name", help="The tasks of this exam (EXAM or PACK/EXAM), with its points.")
@click.option(
    "--exercise", "slugs", multiple=True, help="Only this exercise (EXERCISE or PACK/EXERCISE; may be given several times)."
)
@click.option("--seed", type=click.IntRange(0), help="Variant of the scenarios; default 0, or the exam's own.")
@click.option("--jobs", type=click.IntRange(1), help="Processes; default: one for each processor.")
@click.option("--json", "as_json", is_flag=True, help="Print results.json too.")
def grade_all_command(
    submissions: Path,
    out: Path,
    pack_name: str | None,
    exam_name: str | None,
    slugs: tuple[str, ...],
    seed: int | None,
    jobs: int | None,
    as_json: bool,
) -> int:
    """Grade a whole class on the recordings.

    SUBMISSIONS_DIR holds LEARNER/EXERCISE/falco_rules.local.yaml with answer files beside it, or LEARNER/EXERCISE.yaml. OUT_DIR gets
    results.csv, results.json, overview.html and gradescope/LEARNER.json. What did not change is not graded again.
    """
    if exam_name and slugs:
        raise click.UsageError("give either --exam or --exercise")
    if out.resolve().is_relative_to(submissions.resolve()):
        raise TrainerError(f"{out} lies in the submissions' folder", "give a folder elsewhere after -o")
    pack, exam_name, slugs = _named(pack_name, exam_name, slugs)
    known = {exercise.slug for exercise in pack.exercises}
    chosen = _tasks(pack, exam_name, slugs, seed)
    found, learners, stray = find_submissions(submissions, {task.exercise.slug for task in chosen} if chosen else known)
    if not chosen:
        handed = {one.exercise for one in found}
        chosen = [ClassTask(one, seed or 0, one.points) for one in pack.exercises if one.slug in handed]
    if not found:
        raise TrainerError(
            f"{submissions} holds no submission of an exercise that is graded",
            "expected: LEARNER/EXERCISE/falco_rules.local.yaml",
        )
    for path in stray[:10]:
        narrate(f"warning: {visible(path)} belongs to no exercise that is graded")
    out.mkdir(parents=True, exist_ok=True)
    rows = grade_class(pack, chosen, learners, found, out, jobs=jobs, lang=language(), on_progress=_progress)
    end_progress()
    given = {
        task.exercise.slug: [task.exercise.starter.text, task.exercise.reference.text, *task.exercise.task.values()]
        for task in chosen
    }
    report = ClassReport(
        exam_name or f"{pack.id} {pack.version}",
        tuple(chosen),
        tuple(learners),
        tuple(rows),
        look_alikes(found, given),
        tuple(stray),
        language(),
        decoy_outcomes(pack, chosen, language()),
    )
    _write(report, out)
    if as_json:
        emit_json(to_json(report))
    else:
        for name in ("results.csv", "results.json", "overview.html", "gradescope"):
            click.echo(str(out / name))
    graded = sum(row.state == "graded" for row in rows)
    bad = sum(row.state in ("unreadable", "error") for row in rows)
    narrate(f"{graded} submissions of {len(learners)} learners graded, {bad} could not be")
    return ExitCode.YES if not bad else ExitCode.NO


def _named(pack_name: str | None, exam_name: str | None, slugs: tuple[str, ...]) -> tuple[Pack, str | None, tuple[str, ...]]:
    """The pack that is meant, and the names without it. Raises TrainerError where they mean several, or none."""
    split = [name.rpartition("/")[::2] for name in ([exam_name] if exam_name is not None else slugs)]
    packs = list(dict.fromkeys(pack for pack, _ in split if pack))
    if len(packs) > 1:
        raise TrainerError(f"these are of {len(packs)} packs: {', '.join(packs)}", "grade one pack at a time")
    pack = core_pack() if pack_name is None and not packs else _pack_named(pack_name or packs[0])
    if packs and packs[0] not in (pack.id, f"{pack.id}@{pack.version}"):
        raise TrainerError(f"--pack is {pack.id}, and the names are of {packs[0]}", "leave one of them out")
    own = {one.slug for one in (pack.exams if exam_name is not None else pack.exercises)}
    own |= {one.uuid for one in (pack.exams if exam_name is not None else pack.exercises)}
    for _, name in split:
        if name not in own and pack_name is None and not packs:
            _tell_where(pack, name, "exam" if exam_name is not None else "exercise")
    names = tuple(name for _, name in split)
    return pack, names[0] if exam_name is not None else None, () if exam_name is not None else names


def _tell_where(core: Pack, name: str, what: str) -> None:
    """Raises TrainerError when installed packs have what the core pack has not."""
    others, _ = installed_packs(core)
    have = [one.id for one in others if name in {item.slug for item in (one.exams if what == "exam" else one.exercises)}]
    if have:
        advice = " or ".join(f"add --pack {one}" for one in have)
        raise TrainerError(f"the pack {core.id} has no {what} {name[:80]!r}; {', '.join(have)} has", advice)


def _pack_named(name: str) -> Pack:
    """By ID or ID@VERSION of an installed one, or by its folder. Raises TrainerError."""
    core = core_pack()
    if name in (core.id, f"{core.id}@{core.version}"):
        return core
    folder = Path(name).expanduser()
    if not (folder / PACK_FILE).is_file():
        return load_installed(find_installed(packs_folder(), name))
    try:
        return load_installed(find_installed(packs_folder(), name))
    except PackError:
        pack, found = load_pack(folder)
        bad = [one for one in found if one.is_error]
        if pack is None or bad:
            for diagnostic in bad:
                narrate(visible_lines(render_plain(diagnostic)))
            raise PackError(f"the pack in {folder} has errors", f"run: cks-trainer pack lint {folder}") from None
        return pack


def _tasks(pack: Pack, exam_name: str | None, slugs: tuple[str, ...], seed: int | None) -> list[ClassTask]:
    """What was asked for; nothing where it hangs on what was handed in."""
    if exam_name is None:
        chosen = {exercise.slug: exercise for exercise in (find_exercise(pack, slug) for slug in slugs)}
        return [ClassTask(exercise, seed or 0, exercise.points) for exercise in chosen.values()]
    exam = next((one for one in pack.exams if exam_name in (one.slug, one.uuid)), None)
    if exam is None:
        known = ", ".join(one.slug for one in pack.exams) or "none"
        raise TrainerError(f"the pack {pack.id} has no exam {exam_name[:80]!r}", f"exams: {known}")
    drawn = draw_tasks(exam, pack, seed if seed is not None else exam.seed or 0)
    return [ClassTask(find_exercise(pack, one.exercise), one.seed, one.points) for one in drawn]


def _progress(at: ClassProgress) -> None:
    """One line that moves; in a pipe, a line for each tenth."""
    line = f"graded {at.done} of {at.total}" + (f" ({at.same} submissions are the same)" if at.same else "")
    line += f", {at.kept} known from before" if at.kept else ""
    if is_terminal(sys.stderr):
        progress_line(line)
    elif at.total == 0 or at.done * 10 // at.total != at.before * 10 // at.total or at.done == 0:
        narrate(line)


def _write(report: ClassReport, out: Path) -> None:
    (out / "gradescope").mkdir(exist_ok=True)
    _put(out / "results.csv", to_csv(report))
    _put(out / "results.json", json.dumps(to_json(report), ensure_ascii=False, indent=1) + "\n")
    for learner in report.learners:
        data = to_gradescope(report, learner)
        _put(out / "gradescope" / f"{learner}.json", json.dumps(data, ensure_ascii=False, indent=1) + "\n")
    _put(out / "overview.html", to_html(report))


def _put(path: Path, text: str) -> None:
    """Whole or not at all."""
    beside = path.with_name(f".{os.getpid()}.new")
    beside.write_text(text, encoding="utf-8", errors="replace", newline="")
    beside.replace(path)
