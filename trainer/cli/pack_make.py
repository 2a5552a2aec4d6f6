"""Commands that make packs: new, record, build."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path

import click

from trainer.cli.console import ExitCode, emit_json, end_progress, narrate, progress_line
from trainer.content import load_scenario, recordings_by_seed
from trainer.content.loader import PACK_FILE
from trainer.content.packaging import RefusedPack, build_pack
from trainer.content.scenario_lints import BASE_IMAGE_HELP, program_warnings
from trainer.content.seeds import seeds_needed, seeds_to_record
from trainer.content.starting import start_pack
from trainer.diagnostics.render import render_plain
from trainer.errors import PackError
from trainer.events import write_recording

GIVEN = "audit events are given; nothing is run"


@click.command("new")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--id", "pack_id", help="The pack's id; default: the folder's name.")
def new_command(folder: Path, pack_id: str | None) -> int:
    """Begin a pack in FOLDER: a small working example to change."""
    chosen, written = start_pack(folder, pack_id)
    for path in written:
        click.echo(str(path))
    narrate(f"pack {chosen}: one scenario, one exercise. Recordings are made, never written:")
    narrate(f"next: cks-trainer pack record {folder}")
    narrate(f"then: cks-trainer pack verify {folder} --mutants")
    return ExitCode.YES


@click.command("record")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--scenario", "names", multiple=True, help="Only this scenario (may be given several times).")
@click.option("--seed", "seeds", multiple=True, type=click.IntRange(0), help="Only this seed (may be given several times).")
@click.option("--prune", is_flag=True, help="Remove recordings of seeds that show no choice which another does not show.")
def record_command(folder: Path, names: tuple[str, ...], seeds: tuple[int, ...], prune: bool) -> int:
    """Run a pack's scenarios in Docker and write their recordings: seed 0, and those that show each variable's every choice.

    Audit events of scenarios with `source: k8s_audit` are written as they are given: nothing is run.
    """
    from trainer.capture import run_scenario  # late: Docker's client takes long to import

    if not (folder / PACK_FILE).is_file():
        raise PackError(f"{folder} is no pack: it has no {PACK_FILE.as_posix()}", "begin one: cks-trainer pack new FOLDER")
    there = sorted(path.parent.name for path in (folder / "scenarios").glob("*/scenario.yaml"))
    for name in names:
        if name not in there:
            raise PackError(f"the pack has no scenario {name!r}", f"scenarios: {', '.join(there) or 'none'}")
    if prune and seeds:
        raise click.UsageError("--prune chooses the seeds itself: leave --seed out")
    choose = seeds_needed if prune else seeds_to_record
    todo = [(name, seed) for name in (names or there) for seed in (seeds or choose(folder / "scenarios" / name))]
    # All are read before the first is run: a mistake in the last one shall not cost a wait.
    scenarios = [load_scenario(folder / "scenarios" / name, seed) for name, seed in todo]
    failed = 0
    for number, scenario in enumerate(scenarios, 1):
        progress_line(f"[{number}/{len(scenarios)}] {scenario.name}, seed {scenario.seed}")
        recording = run_scenario(scenario, lambda event: None)
        end_progress()
        output = folder / "scenarios" / scenario.name / "recordings" / f"seed-{scenario.seed}.jsonl"
        output.parent.mkdir(exist_ok=True)
        write_recording(recording, output)
        click.echo(f"{output}  {len(recording.events)} events of {len(recording.actions)} actions")
        for result in recording.actions:
            if result.exit_code is None:
                failed += 1
                narrate(f"warning: action {result.id} did not run: {result.error}")
        for _, message in program_warnings(scenario, recording.actions):
            narrate(f"warning: {message} ({BASE_IMAGE_HELP})")
    if prune and not failed:
        _prune(folder, todo)
    if given := [scenario for scenario in scenarios if scenario.is_given]:
        narrate(f"{GIVEN}: {', '.join(dict.fromkeys(scenario.name for scenario in given))}")
    if len(given) == len(scenarios):
        return ExitCode.YES
    narrate("every action ran" if not failed else f"{failed} actions did not run: mend the scenario and record it again")
    return ExitCode.NO if failed else ExitCode.YES


def _prune(folder: Path, needed: Collection[tuple[str, int]]) -> None:
    """Removes the recordings of other seeds, now that those of the needed ones are there."""
    for name in dict.fromkeys(name for name, _ in needed):
        for seed, path in recordings_by_seed(folder / "scenarios" / name).items():
            if (name, seed) not in needed:
                path.unlink()
                click.echo(f"{path}  removed")


@click.command("build")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("-o", "output", required=True, type=click.Path(path_type=Path), help="The archive: FILE.ckspack or FILE.tar.gz.")
@click.option("--json", "as_json", is_flag=True, help="JSON for scripts.")
def build_command(folder: Path, output: Path, as_json: bool) -> int:
    """Make one archive of a pack, with checksums and the recordings: the same bytes each time."""
    if not output.name.endswith((".ckspack", ".tar.gz", ".tgz")):
        raise click.BadParameter(f"{output.name!r} must end with .ckspack or .tar.gz", param_hint="-o")
    if not output.parent.is_dir() or output.is_dir():
        raise PackError(f"{output} cannot be written: {output.parent} is no folder, or it is one itself", "give a file name")
    try:
        built = build_pack(folder)
    except RefusedPack as error:
        for diagnostic in error.diagnostics:
            narrate(render_plain(diagnostic))
        narrate(f"error: {error.message}")
        narrate(f"next: {error.help}")
        return ExitCode.NO
    for diagnostic in built.warnings:
        narrate(render_plain(diagnostic))
    beside = output.with_name(f".{output.name}.{os.getpid()}")
    try:
        beside.write_bytes(built.data)
        beside.replace(output)
    finally:
        beside.unlink(missing_ok=True)
    if as_json:
        pack = {"id": built.pack.id, "version": built.pack.version}
        emit_json({"file": str(output), "sha256": built.sha256, "size": len(built.data), "files": built.files, "pack": pack})
    else:
        click.echo(f"{built.sha256}  {output}")
    narrate(f"{built.pack.id} {built.pack.version}: {built.files} files, {len(built.data)} bytes")
    narrate(f"learners: cks-trainer pack install {output.name} --sha256 {built.sha256}")
    return ExitCode.YES
