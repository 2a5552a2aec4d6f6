"""Commands that check packs: lint, verify."""

from __future__ import annotations

from pathlib import Path

import click

from trainer.cli.console import ExitCode, emit_json, end_progress, narrate, paint, progress_line
from trainer.cli.exercise_names import find_exercise
from trainer.content import Pack, core_pack_folder, load_pack
from trainer.content.lints import lint_pack
from trainer.diagnostics.render import render_plain
from trainer.grading import verify_pack
from trainer.grading.mutants import ExerciseMutants, Fate, run_mutants


@click.command("verify")
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option("--live", is_flag=True, help="Run the scenarios in Docker too.")
@click.option("--mutants", is_flag=True, help="Also ask whether the grading would notice small mistakes in the references.")
@click.option("--exercise", "slugs", multiple=True, help="With --mutants: only this exercise (may be given several times).")
@click.option("--json", "as_json", is_flag=True, help="JSON for scripts.")
def verify_command(folder: Path | None, live: bool, mutants: bool, slugs: tuple[str, ...], as_json: bool) -> int:
    """Prove a pack (default: the core pack): the starter scores 0, the reference 100 %, decoys fail where they say."""
    pack, diagnostics = load_pack(folder or core_pack_folder())
    for diagnostic in diagnostics:
        narrate(render_plain(diagnostic))
    if pack is None:
        return ExitCode.NO
    for slug in slugs:
        find_exercise(pack, slug)
    bad = any(diagnostic.is_error for diagnostic in diagnostics)
    if slugs and mutants:
        return ExitCode.NO if _mutants(pack, slugs, as_json) or bad else ExitCode.YES
    report = verify_pack(pack, live=live, on_progress=progress_line)
    end_progress()
    if mutants and as_json:
        rows = [{"exercise": r.exercise, "check": r.check, "ok": r.ok, "detail": r.detail} for r in report.rows]
        found = _tested(pack, ())
        emit_json({"checks": rows, "mutants": [_mutants_json(one) for one in found]})
        return ExitCode.YES if report.ok and not bad and not any(one.survivors for one in found) else ExitCode.NO
    if as_json:
        emit_json([{"exercise": r.exercise, "check": r.check, "ok": r.ok, "detail": r.detail} for r in report.rows])
    else:
        for row in report.rows:
            mark = paint("ok  ", fg="green") if row.ok else paint("FAIL", fg="red", bold=True)
            click.echo(f"{mark} {row.exercise:<28} {row.check:<34} {row.detail}")
    survived = mutants and _mutants(pack, (), False)
    return ExitCode.YES if report.ok and not bad and not survived else ExitCode.NO


def _tested(pack: Pack, slugs: tuple[str, ...]) -> list[ExerciseMutants]:
    found = []
    for exercise in pack.exercises:
        if not slugs or exercise.slug in slugs:
            progress_line(f"mutants of {exercise.slug}")
            found.append(run_mutants(pack, exercise))
    end_progress()
    return found


def _mutants(pack: Pack, slugs: tuple[str, ...], as_json: bool) -> bool:
    """Prints the survivors in words and the table; says whether there were any."""
    found = _tested(pack, slugs)
    survived = any(one.survivors for one in found)
    if as_json:
        emit_json({"mutants": [_mutants_json(one) for one in found]})
        return survived
    click.echo("")
    for one in found:
        for result in one.survivors:
            click.echo(f"{paint('survived', fg='red', bold=True)} {one.exercise}: {result.mutant.name}")
            click.echo(f"         {result.detail}")
        for name in one.stale:
            narrate(f"warning: {one.exercise} accepts a mutant that does not survive: {name}")
    click.echo(f"{'exercise':<28} {'mutants':>8} {'killed':>8} {'equivalent':>11} {'accepted':>9} {'survived':>9}")
    for name, group in [*((one.exercise, [one]) for one in found), ("all", found)]:
        counts = {fate: sum(one.count(fate) for one in group) for fate in Fate}
        click.echo(
            f"{name:<28} {sum(counts.values()):>8} {counts[Fate.KILLED]:>8} {counts[Fate.EQUIVALENT]:>11}"
            f" {counts[Fate.ACCEPTED]:>9} {counts[Fate.SURVIVED]:>9}"
        )
    if survived:
        narrate("next: add the actions that are named above, or explain a survivor in the exercise's accepted_mutants")
    return survived


def _mutants_json(one: ExerciseMutants) -> dict[str, object]:
    return {
        "exercise": one.exercise,
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
