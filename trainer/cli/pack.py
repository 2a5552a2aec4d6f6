"""Commands on packs: verify, lint, list."""

from __future__ import annotations

from pathlib import Path

import click

from trainer.cli.console import ExitCode, emit_json, end_progress, narrate, paint, progress_line
from trainer.content import core_pack_folder, load_pack
from trainer.diagnostics.render import render_plain
from trainer.grading import verify_pack


@click.group("pack")
def pack_group() -> None:
    """For instructors: check and prove packs of exercises."""


@pack_group.command("verify")
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option("--live", is_flag=True, help="Run the scenarios in Docker too.")
@click.option("--json", "as_json", is_flag=True, help="JSON for scripts.")
def verify_command(folder: Path | None, live: bool, as_json: bool) -> int:
    """Prove a pack (default: the core pack): the starter scores 0, the reference 100 %, decoys fail where they say."""
    pack, diagnostics = load_pack(folder or core_pack_folder())
    for diagnostic in diagnostics:
        narrate(render_plain(diagnostic))
    if pack is None:
        return ExitCode.NO
    report = verify_pack(pack, live=live, on_progress=progress_line)
    end_progress()
    if as_json:
        emit_json([{"exercise": r.exercise, "check": r.check, "ok": r.ok, "detail": r.detail} for r in report.rows])
    else:
        for row in report.rows:
            mark = paint("ok  ", fg="green") if row.ok else paint("FAIL", fg="red", bold=True)
            click.echo(f"{mark} {row.exercise:<28} {row.check:<34} {row.detail}")
    return ExitCode.YES if report.ok and not any(d.is_error for d in diagnostics) else ExitCode.NO


@pack_group.command("lint")
@click.argument("folder", required=False, type=click.Path(path_type=Path))
def lint_command(folder: Path | None) -> int:
    """Check a pack's files without running anything."""
    pack, diagnostics = load_pack(folder or core_pack_folder())
    for diagnostic in diagnostics:
        click.echo(render_plain(diagnostic))
    bad = pack is None or any(diagnostic.is_error for diagnostic in diagnostics)
    narrate("errors were found" if bad else "no errors")
    return ExitCode.NO if bad else ExitCode.YES


@pack_group.command("list")
def list_packs_command() -> int:
    """List the packs that are installed."""
    pack, _ = load_pack(core_pack_folder())
    if pack is not None:
        click.echo(f"{pack.id} {pack.version}  {len(pack.exercises)} exercises  {pack.title.get('en', '')}")
    return ExitCode.YES
