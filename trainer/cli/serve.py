"""``cks-trainer serve``: the TUI in a browser on this machine."""

from __future__ import annotations

import asyncio
import ipaddress
import os
import shlex
import sys
from importlib.util import find_spec

import click

from trainer.cli.console import ExitCode, language, narrate
from trainer.cli.web.texts import say
from trainer.errors import TrainerError

NEEDED = ("textual_serve", "aiohttp")


@click.command("serve")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="Port; 0 takes a free one.")
@click.option("--host", default="127.0.0.1", show_default=True, metavar="ADDRESS", help="Address of this machine to listen on.")
def serve_command(port: int, host: str) -> int:
    """Open the trainer in a browser: prints an address that works once. Ctrl-C ends it.

    Each tab is a run of the trainer on your account: your progress, your files, your Docker.
    """
    if any(find_spec(name) is None for name in NEEDED):
        raise TrainerError("serve needs textual-serve, which is not installed", "pip install 'cks-trainer[serve]'")
    from trainer.cli.web.server import BrowserServer, listen

    lang = language()
    listening = listen(host, port)
    if not is_loopback(listening.getsockname()[0]):
        narrate(say(lang, "exposed", host=host))
    server = BrowserServer(program(), listening, host, lang, click.echo)
    killed = asyncio.run(server.run())
    narrate(say(lang, "killed", count=killed) if killed else say(lang, "ended"))
    return ExitCode.NO if killed else ExitCode.YES


def is_loopback(address: str) -> bool:
    """Whether only this machine reaches a numeric address."""
    return ipaddress.ip_address(address.partition("%")[0]).is_loopback


def program() -> str:
    """The shell line that runs the TUI for one tab, from the same installation as this process, whatever the folder holds."""
    line = shlex.join([sys.executable, "-P", "-m", "trainer", "--served"])
    return f"exec {line}" if os.name == "posix" else line
