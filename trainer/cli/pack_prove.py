"""Commands that check packs: lint, verify."""

from __future__ import annotations

import sys
from collections.abc import Collection, Sequence
from pathlib import Path

import click

from trainer.cli.console import ExitCode, emit_json, end_progress, is_terminal, narrate, paint, progress_line
from trainer.cli.exercise_names import find_exercise
from trainer.content import Pack, core_pack_folder, load_pack, load_scenario
from trainer.content.lints import lint_pack
from trainer.diagnostics.render import render_plain
from trainer.errors import TrainerError
from trainer.grading import VerifyReport, verify_pack
from trainer.grading.mutants import ExerciseMutants, Fate, run_mutants
from trainer.grading.verify import BASE_LOADS, VerifyRow


@click.command("verify")
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option("--live", is_flag=True, help="Run the scenarios in Docker too.")
@click.option("--mutants", is_flag=True, help="Also ask whether the grading would notice small mistakes in the references.")
@click.option("--exercise", "slugs", multiple=True, help="Only this exercise and its scenario (may be given several times).")
@click.option("--json", "as_json", is_flag=True, help="JSON for scripts.")
def verify_command(folder: Path | None, live: bool, mutants: bool, slugs: tuple[str, ...], as_json: bool) -> int:
    """Prove a pack (default: the core pack): the starter scores 0, the reference 100 %, decoys fail where they say."""
    pack, diagnostics = load_pack(folder or core_pack_folder())
    for diagnostic in diagnostics:
        narrate(render_plain(diagnostic))
    if pack is None:
        return ExitCode.NO
    only = [find_exercise(pack, slug).slug for slug in slugs]
    report = verify_pack(pack, live=live, on_progress=_live_progress if live else progress_line, only=only)
    end_progress()
    base_loads = all(row.ok for row in report.rows if row.check == BASE_LOADS)
    found, broken = _tested(pack, only) if mutants and base_loads else ([], 0)
    if as_json:
        rows = [
            {"exercise": r.exercise, "check": r.check, "ok": r.ok, "warning": r.warning, "detail": r.detail} for r in report.rows
        ]
        emit_json({"checks": rows, "mutants": [_mutants_json(pack, one) for one in found]} if mutants else rows)
    else:
        for row in report.rows:
            if not mutants or not row.ok or row.warning:
                mark = _mark(row)
                click.echo(f"{mark} {row.exercise:<28} {row.check:<34} {row.detail}".rstrip())
        if mutants:
            _print_survivors(found)
            _print_table(pack, report, found)
    good = report.ok and not any(diagnostic.is_error for diagnostic in diagnostics)
    return ExitCode.YES if good and not broken and not any(one.survivors for one in found) else ExitCode.NO


def _mark(row: VerifyRow) -> str:
    if not row.ok:
        return paint("FAIL", fg="red", bold=True)
    return paint("warn", fg="yellow") if row.warning else paint("ok  ", fg="green")


def _live_progress(line: str) -> None:
    """Containers take their time: in a pipe too, it is told what runs."""
    if is_terminal(sys.stderr):
        progress_line(line)
    else:
        narrate(line)


def _tested(pack: Pack, only: Collection[str]) -> tuple[list[ExerciseMutants], int]:
    """The mutants of each exercise, and how many exercises could not be run at all."""
    found, broken = [], 0
    for exercise in pack.exercises:
        if not only or exercise.slug in only:
            progress_line(f"mutants of {exercise.slug}")
            try:
                found.append(run_mutants(pack, exercise))
            except TrainerError as error:  # the proof's rows say so too
                broken += 1
                narrate(f"no mutants of {exercise.slug}: {error.message}")
    end_progress()
    return found, broken


def _print_survivors(found: Sequence[ExerciseMutants]) -> None:
    for one in found:
        for result in one.survivors:
            click.echo(f"{paint('survived', fg='red', bold=True)} {one.exercise}: {result.mutant.name}")
            click.echo(f"         {result.detail}")
        for name in one.stale:
            narrate(f"warning: {one.exercise} accepts a mutant that does not survive: {name}")
    if any(one.survivors for one in found):
        narrate("next: add the actions that are named above, or explain a survivor in the exercise's accepted_mutants")


_HEAD = ("exercise", "proof", "criteria", "actions", "decoys", "mutants", *(fate.value for fate in Fate))


def _print_table(pack: Pack, report: VerifyReport, found: Sequence[ExerciseMutants]) -> None:
    """One line for each exercise and one for all: what is graded, whether it proved itself, and what became of its mutants."""
    failed = {row.exercise for row in report.rows if not row.ok}
    lines = [
        (one.exercise, "FAIL" if one.exercise in failed else "ok", [*_sizes(pack, one).values(), *_fates(one)]) for one in found
    ]
    sums = [sum(column) for column in zip(*(numbers for *_, numbers in lines), strict=True)] or [0] * (len(_HEAD) - 2)
    lines.append((f"all ({len(found)} exercises)", "FAIL" if failed else "ok", sums))
    click.echo(f"{_HEAD[0]:<28} {_HEAD[1]:<5} " + " ".join(f"{name:>10}" for name in _HEAD[2:]))
    for name, proof, numbers in lines:
        mark = paint(f"{proof:<5}", fg="green" if proof == "ok" else "red")
        click.echo(f"{name:<28} {mark} " + " ".join(f"{number:>10}" for number in numbers))


def _sizes(pack: Pack, one: ExerciseMutants) -> dict[str, int]:
    exercise = find_exercise(pack, one.exercise)
    scenario = load_scenario(exercise.scenario, 0, pack.folder)
    return {"criteria": len(exercise.criteria), "actions": len(scenario.actions), "decoys": len(exercise.decoys)}


def _fates(one: ExerciseMutants) -> list[int]:
    return [len(one.results), *(one.count(fate) for fate in Fate)]


def _mutants_json(pack: Pack, one: ExerciseMutants) -> dict[str, object]:
    return {
        "exercise": one.exercise,
        **_sizes(pack, one),
        "mutants": len(one.results),
        **{fate.value: one.count(fate) for fate in Fate},
        "stale": list(one.stale),
        "results": [{"mutant": result.mutant.name, "fate": result.fate.value, "detail": result.detail} for result in one.results],
    }


@click.command("lint")
@click.argument("folder", required=False, type=click.Path(path_type=Path))
def lint_command(folder: Path | None) -> int:
    """Check a pack's files without running anything."""
    pack, diagnostics = load_pack(folder or core_pack_folder())
    diagnostics = (*diagnostics, *(lint_pack(pack) if pack is not None else ()))
    for diagnostic in diagnostics:
        click.echo(render_plain(diagnostic))
    bad = pack is None or any(diagnostic.is_error for diagnostic in diagnostics)
    narrate("errors were found" if bad else "no errors")
    return ExitCode.NO if bad else ExitCode.YES
