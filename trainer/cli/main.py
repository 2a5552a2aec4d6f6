"""The command tree and its entry point."""

from __future__ import annotations

from collections.abc import Sequence

import click

from trainer import __version__
from trainer.cli.console import guarded
from trainer.cli.grading import grade_command, list_command, progress_command, watch_command
from trainer.cli.machine import clean_command, doctor_command, record_command
from trainer.cli.pack import pack_group
from trainer.cli.rules import explain_command, fields_command, run_command, validate_command


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Without a command the TUI opens. Exit codes: 0 yes, 1 no, 2 usage or environment.",
)
@click.version_option(__version__, prog_name="cks-trainer")
def cli() -> None:
    """Practise the Falco tasks of the CKS exam on real containers, and see why each rule matched or not."""


for command in (
    list_command,
    grade_command,
    watch_command,
    validate_command,
    run_command,
    explain_command,
    fields_command,
    record_command,
    pack_group,
    progress_command,
    doctor_command,
    clean_command,
):
    cli.add_command(command)


def run_cli(arguments: Sequence[str]) -> int:
    """Runs one command line; returns its exit code."""

    def run() -> int:
        result = cli.main(args=list(arguments) or ["--help"], prog_name="cks-trainer", standalone_mode=False)
        return result if isinstance(result, int) else 0

    return guarded(run)
