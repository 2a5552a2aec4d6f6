"""Commands about this machine: record, doctor, clean."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import click

from trainer.capture import clean, docker_status, ensure_image, run_scenario, tracing_problem
from trainer.cli.console import ExitCode, emit_json, end_progress, narrate, paint, progress_line
from trainer.cli.convert import format_option, write_as
from trainer.cli.pack_make import GIVEN
from trainer.content import core_pack_folder, load_pack, load_scenario, scenario_recordings
from trainer.errors import TrainerError


@click.command("record")
@click.argument("scenario")
@click.option("--seed", default=0, show_default=True, help="Variant of the scenario.")
@click.option("-o", "output", required=True, type=click.Path(path_type=Path), help="File to write.")
@format_option
def record_command(scenario: str, seed: int, output: Path, form: str | None) -> int:
    """Run SCENARIO (a name of the core pack, or a scenario folder) in Docker and write its recording.

    Audit events of a scenario with `source: k8s_audit` are written as they are given: nothing is run.
    """
    found = load_scenario(scenario, seed, core_pack_folder())
    _can_be_written(output)
    recording = run_scenario(
        found,
        lambda event: None,
        on_progress=lambda progress: progress_line(f"[{progress.step}/{progress.total}] {progress.message}"),
    )
    end_progress()
    write_as(recording, output, form)
    if found.is_given:
        narrate(GIVEN)
    narrate(f"{len(recording.events)} events of {len(recording.actions)} actions in {output}")
    return ExitCode.YES


def _can_be_written(output: Path) -> None:
    """Asked before the run, whose events would be lost after it."""
    if output.is_dir():
        raise TrainerError(f"{output} is a directory", "give a file name after -o")
    if not output.parent.is_dir():
        raise TrainerError(f"{output.parent} is no directory", "make it first, or give another file name after -o")
    if not os.access(output if output.exists() else output.parent, os.W_OK):
        raise TrainerError(f"{output} may not be written by you", "give another file name after -o")


@click.command("clean")
def clean_command() -> int:
    """Remove the containers and networks that a killed run left."""
    removed = clean()
    click.echo(f"removed: {removed}")
    return ExitCode.YES


def doctor_rows() -> list[dict[str, str]]:
    """What works here: name, state (ok, warn, no), detail, next step."""
    rows: list[dict[str, str]] = []

    def row(name: str, state: str, detail: str, next_step: str = "") -> None:
        rows.append({"name": name, "state": state, "detail": detail, "next": next_step})

    version = ".".join(str(part) for part in sys.version_info[:3])
    row("python", "ok", version)
    pack, diagnostics = load_pack(core_pack_folder())
    if pack is None:
        row("core pack", "no", diagnostics[0].message if diagnostics else "not found", "install cks-trainer again")
    else:
        row("core pack", "ok", f"{pack.id} {pack.version}, {len(pack.exercises)} exercises, {len(pack.scenarios)} scenarios")
        missing = [name for name in pack.scenarios if not scenario_recordings(pack.folder / "scenarios" / name)]
        if missing:
            row("recordings", "no", "missing for " + ", ".join(missing), f"cks-trainer record {missing[0]} -o FILE")
        else:
            row("recordings", "ok", f"for all {len(pack.scenarios)} scenarios: exercises work without Docker")
    status = docker_status()
    if not status.available:
        row(
            "docker engine",
            "warn",
            status.problem or "does not answer",
            status.next_step or "start Docker; recordings are used meanwhile",
        )
    else:
        row("docker engine", "ok", f"version {status.version}, API {status.api}")
        build = "cks-trainer doctor --build"
        row("base image", *(("ok", "present", "") if status.image_present else ("warn", "not built yet", build)))
        row("tracer image", *(("ok", "present", "") if status.tracer_present else ("warn", "not built yet", build)))
        if status.problem:
            row("tracing", "warn", status.problem, status.next_step or "")
        elif problem := tracing_problem():
            row("tracing", "warn", problem.message, problem.help)
        else:
            row("tracing", "ok", "an action's events are seen")
    size = shutil.get_terminal_size()
    small = size.columns < 80 or size.lines < 24
    row("terminal", "warn" if small else "ok", f"{size.columns}x{size.lines}", "make the window at least 80x24" if small else "")
    colors = (
        "off (NO_COLOR)" if os.environ.get("NO_COLOR") else os.environ.get("COLORTERM") or os.environ.get("TERM") or "unknown"
    )
    row("colours", "ok", colors)
    encoding = (sys.stdout.encoding or "").lower()
    row(
        "encoding",
        "ok" if "utf" in encoding else "warn",
        encoding or "unknown",
        "" if "utf" in encoding else "set LANG to a UTF-8 locale",
    )
    return rows


@click.command("doctor")
@click.option("--build", is_flag=True, help="Build the images that live grading needs.")
@click.option("--json", "as_json", is_flag=True, help="JSON for scripts.")
def doctor_command(build: bool, as_json: bool) -> int:
    """Say what works on this machine, and the next step for what does not."""
    if build:
        ensure_image(lambda progress: progress_line(f"[{progress.step}/{progress.total}] {progress.message}"))
        end_progress()
    rows = doctor_rows()
    if as_json:
        emit_json(rows)
    else:
        colors = {"ok": "green", "warn": "yellow", "no": "red"}
        for row in rows:
            state = paint(f"{row['state']:<5}", fg=colors[row["state"]])
            click.echo(f"{state} {row['name']:<14} {row['detail']}")
            if row["next"]:
                click.echo(f"      {'':<14} next: {row['next']}")
    return ExitCode.NO if any(row["state"] == "no" for row in rows) else ExitCode.YES
