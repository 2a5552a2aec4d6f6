"""The group of commands on packs; each lives in a module by what it is for."""

from __future__ import annotations

import click

from trainer.cli.pack_make import build_command, new_command, record_command
from trainer.cli.pack_prove import lint_command, verify_command
from trainer.cli.pack_store import info_command, install_command, list_packs_command, remove_command


@click.group("pack")
def pack_group() -> None:
    """For instructors: write, prove, hand out and install packs of exercises."""


for _command in (
    *(new_command, lint_command, record_command, verify_command, build_command),
    *(install_command, list_packs_command, info_command, remove_command),
):
    pack_group.add_command(_command)
