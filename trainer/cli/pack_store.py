"""Commands on installed packs: install, list, info, remove."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from trainer.cli.console import ExitCode, emit_json, is_terminal, narrate
from trainer.content import Pack, core_pack_folder, load_pack
from trainer.content.footprint import footprint, footprint_json, footprint_lines, visible
from trainer.content.installing import (
    Installed,
    find_installed,
    install,
    installed,
    is_trusted,
    load_installed,
    remove,
    trust,
)
from trainer.content.packaging import Candidate, RefusedPack, open_source
from trainer.diagnostics.render import render_plain
from trainer.session.shelf import packs_folder


@click.command("install")
@click.argument("source", type=click.Path(path_type=Path))
@click.option("--sha256", metavar="HEX", help="Refuse any other archive than the one with this checksum.")
@click.option("--yes", is_flag=True, help="Trust the pack without being asked.")
def install_command(source: Path, sha256: str | None, yes: bool) -> int:
    """Install a pack from SOURCE: an archive, a folder, or a git checkout."""
    root = packs_folder()
    try:
        with open_source(source, sha256) as candidate:
            return _install(candidate, root, yes)
    except RefusedPack as error:
        for diagnostic in error.diagnostics:
            narrate(visible_lines(render_plain(diagnostic)))
        raise


def visible_lines(text: str) -> str:
    """What a pack from outside says, without what a terminal would obey."""
    return "\n".join(visible(line) for line in text.split("\n"))


def _install(candidate: Candidate, root: Path, yes: bool) -> int:
    pack = candidate.pack
    narrate(f"{pack.id} {pack.version}: {visible(pack.title.get('en', ''))} ({len(pack.exercises)} exercises)")
    narrate(f"sha256 {candidate.sha256}")
    if not is_trusted(root, candidate):
        for line in footprint_lines(footprint(pack)):
            narrate(line)
        if not yes and not _asked(pack):
            narrate("not installed")
            return ExitCode.NO
    one, is_new = install(candidate, root)
    trust(root, candidate)
    click.echo(f"{one.name}  {one.folder}")
    narrate("installed" if is_new else "it was installed already")
    name = one.id
    if pack.id == _core_id():
        name = one.name
        narrate(f"note: the trainer's own copy of this pack goes first; this one answers to {name}")
    if pack.exercises:
        narrate(f"next: cks-trainer grade {name}/{pack.exercises[0].slug} --rules FILE")
    return ExitCode.YES


def _asked(pack: Pack) -> bool:
    """Raises UsageError where nobody can be asked."""
    if not is_terminal(sys.stdin):
        raise click.UsageError("nobody can be asked here whether to trust this pack: read the summary above, then add --yes")
    return click.confirm(f"Do you trust {pack.id} {pack.version} to run this in containers?", default=False, err=True)


def _core_id() -> str:
    pack, _ = load_pack(core_pack_folder())
    return pack.id if pack is not None else ""


@click.command("list")
@click.option("--json", "as_json", is_flag=True, help="JSON for scripts.")
def list_packs_command(as_json: bool) -> int:
    """List the packs that can be used: the trainer's own, and those that are installed."""
    rows = []
    core, _ = load_pack(core_pack_folder())
    if core is not None:
        rows.append(_row(core, None))
    for one in installed(packs_folder()):
        pack, _ = load_pack(one.folder)
        if pack is None:
            narrate(f"warning: {one.name} cannot be read; remove it: cks-trainer pack remove {one.name}")
        else:
            rows.append(_row(pack, one))
    if as_json:
        emit_json(rows)
    else:
        for row in rows:
            title = row["title"].get("en", "") if isinstance(row["title"], dict) else ""
            click.echo(f"{row['id']} {row['version']}  {row['exercises']} exercises  {visible(title)}")
    return ExitCode.YES


def _row(pack: Pack, one: Installed | None) -> dict[str, object]:
    return {
        "id": pack.id,
        "version": pack.version,
        "title": dict(pack.title),
        "exercises": len(pack.exercises),
        "scenarios": len(pack.scenarios),
        "core": one is None,
        "folder": str(pack.folder),
        "sha256": one.sha256 if one is not None else "",
        "source": one.source if one is not None else "",
    }


@click.command("info")
@click.argument("what", metavar="ID|FOLDER|ARCHIVE")
@click.option("--json", "as_json", is_flag=True, help="JSON for scripts.")
def info_command(what: str, as_json: bool) -> int:
    """Say what a pack is and what it runs: an installed one (ID or ID@VERSION), a folder, or an archive."""
    path = Path(what)
    core, _ = load_pack(core_pack_folder())
    if core is not None and what in (core.id, f"{core.id}@{core.version}"):
        return _tell(core, "", "comes with the trainer", as_json)
    if path.exists():
        with open_source(path) as candidate:
            return _tell(candidate.pack, candidate.sha256, "not installed from here; this only looks", as_json)
    one = find_installed(packs_folder(), what)
    return _tell(load_installed(one), one.sha256, f"installed in {one.folder}", as_json)


def _tell(pack: Pack, sha256: str, state: str, as_json: bool) -> int:
    uses = footprint(pack)
    if as_json:
        exercises = [
            {"slug": e.slug, "title": dict(e.title), "difficulty": e.difficulty, "points": e.points} for e in pack.exercises
        ]
        data = {"id": pack.id, "version": pack.version, "title": dict(pack.title), "licence": pack.licence}
        more = {"falco": pack.falco, "languages": list(pack.languages), "sha256": sha256, "state": state}
        emit_json({**data, **more, "exercises": exercises, "runs": footprint_json(uses)})
        return ExitCode.YES
    click.echo(f"{pack.id} {pack.version}  {visible(pack.title.get('en', ''))}")
    click.echo(
        f"licence {visible(pack.licence)}; languages {visible(', '.join(pack.languages))}; checked with Falco {visible(pack.falco)}"
    )
    click.echo(state + (f"; sha256 {sha256}" if sha256 else ""))
    for exercise in pack.exercises:
        title = visible(exercise.title.get("en", ""))
        click.echo(f"  {exercise.slug:<28} {exercise.difficulty:<6} {exercise.points:>3} points  {title}")
    for line in footprint_lines(uses):
        click.echo(line)
    return ExitCode.YES


@click.command("remove")
@click.argument("name", metavar="ID[@VERSION]")
def remove_command(name: str) -> int:
    """Remove an installed pack. Attempts and drafts stay."""
    one = remove(packs_folder(), name)
    click.echo(one.name)
    narrate("removed")
    return ExitCode.YES
