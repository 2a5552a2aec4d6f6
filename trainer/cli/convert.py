"""Recordings from one format to another: cks-trainer convert, and what record writes."""

from __future__ import annotations

from pathlib import Path

import click

from trainer.cli.console import ExitCode, narrate
from trainer.errors import RecordingError
from trainer.events import Recording, read_recording, write_recording

FORMATS = ("jsonl", "scap")

format_option = click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    help="jsonl: cks-trainer's own; scap: for sysdig and Falco. By default what OUT's name says: .scap, or else jsonl.",
)


def write_as(recording: Recording, output: Path, form: str | None) -> None:
    """Tells on stderr what the format does not hold."""
    if (form or ("scap" if output.suffix == ".scap" else "jsonl")) == "jsonl":
        write_recording(recording, output)
        return
    from trainer.events.normal import normalised
    from trainer.events.scap_write import write_scap

    dropped = write_scap(normalised(recording), output)
    for line in dropped.lines():
        narrate(f"not in {output.name}: {line}")


@click.command("convert")
@click.argument("source", metavar="IN", type=click.Path(path_type=Path))
@click.option("-o", "output", metavar="OUT", required=True, type=click.Path(path_type=Path), help="File to write.")
@format_option
def convert_command(source: Path, output: Path, form: str | None) -> int:
    """Write the recording IN (own format, Falco alert log, flat JSON Lines, .scap) as OUT, and say what OUT cannot hold."""
    recording = read_recording(source)
    if output.exists() and source.exists() and output.samefile(source):
        raise RecordingError(f"{output} is the file to read", "give another file name after -o")
    write_as(recording, output, form)
    narrate(f"{len(recording.events)} events in {output}")
    return ExitCode.YES
