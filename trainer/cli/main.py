"""The command tree and its entry point. A command's module is imported when the command is used, so that each starts quickly."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module

import click

from trainer import __version__
from trainer.cli.console import guarded

_COMMANDS = {
    "list": "grading:list_command",
    "grade": "grading:grade_command",
    "watch": "grading:watch_command",
    "grade-all": "class_grading:grade_all_command",
    "validate": "rules:validate_command",
    "run": "rules:run_command",
    "explain": "rules:explain_command",
    "fields": "rules:fields_command",
    "record": "machine:record_command",
    "convert": "convert:convert_command",
    "node": "node:node_group",
    "exam": "exam:exam_group",
    "pack": "pack:pack_group",
    "progress": "progress:progress_command",
    "drill": "progress:drill_command",
    "data": "data:data_group",
    "serve": "serve:serve_command",
    "doctor": "machine:doctor_command",
    "clean": "machine:clean_command",
}
"""Name to module of this package and object in it, in the order of the help."""


class _LazyGroup(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        place = _COMMANDS.get(cmd_name)
        if place is None:
            return None
        module, _, name = place.partition(":")
        command = getattr(import_module(f"trainer.cli.{module}"), name)
        assert isinstance(command, click.Command)
        return command


@click.group(
    cls=_LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Without a command the TUI opens. Exit codes: 0 yes, 1 no, 2 usage or environment.",
)
@click.version_option(__version__, prog_name="cks-trainer")
def cli() -> None:
    """Practise the Falco tasks of the CKS exam on real containers, and see why each rule matched or not."""


def run_cli(arguments: Sequence[str]) -> int:
    """Runs one command line; returns its exit code."""

    def run() -> int:
        result = cli.main(args=list(arguments) or ["--help"], prog_name="cks-trainer", standalone_mode=False)
        return result if isinstance(result, int) else 0

    return guarded(run)
