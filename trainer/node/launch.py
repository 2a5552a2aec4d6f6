"""What a command in a node's ``bin`` folder starts: finds the command, and ends it without a traceback."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from types import FrameType

from trainer.node.place import Place

_COMMANDS = {
    "falco": "falco:falco",
    "systemctl": "service:systemctl",
    "journalctl": "service:journalctl",
    "crictl": "crictl:crictl",
    "kubectl": "kubectl:kubectl",
}
"""Name to module of this package and function in it: ``(place, arguments) -> exit code``."""
COMMANDS = tuple(_COMMANDS)


def run_command(root: Path, name: str, arguments: Sequence[str]) -> int:
    """Runs one command of the node at ``root`` in this process; its exit code. KeyboardInterrupt where it was ended."""
    module, _, function = _COMMANDS[name].partition(":")
    found = getattr(import_module(f"trainer.node.{module}"), function)
    return int(found(Place(root), list(arguments)))


def main(root: str, name: str, arguments: Sequence[str]) -> int:
    """For the launcher: what goes wrong in here is a sentence, and the exit code is the command's."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="surrogateescape")
    try:
        code = run_command(Path(root), name, arguments)
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:  # the outermost boundary: a learner sees a sentence, and the details are in a file
        return _told(Path(root), name, error)


def _told(root: Path, name: str, error: Exception) -> int:
    from trainer.errors import TrainerError

    if isinstance(error, TrainerError):
        print(f"{name}: {error.message}" + (f"\n{error.help}" if error.help else ""), file=sys.stderr)
        return 1
    if isinstance(error, OSError):
        print(f"{name}: {error.filename or ''}: {error.strerror or error}", file=sys.stderr)
        return 1
    import traceback

    log = Place(root).inside / "error.log"
    log.write_text(traceback.format_exc(), encoding="utf-8", errors="replace")
    print(f"{name}: a bug in cks-trainer: {type(error).__name__}; the details are in {log}", file=sys.stderr)
    return 1


def _stop(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
