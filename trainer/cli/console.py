"""What every command needs to talk: colours that respect NO_COLOR, narration on stderr, and the boundary where exceptions end."""

from __future__ import annotations

import json
import locale
import os
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable
from enum import IntEnum
from pathlib import Path
from typing import TextIO

import click

from trainer.errors import TrainerError


class ExitCode(IntEnum):
    """What scripts may rely on."""

    YES = 0
    NO = 1
    ENVIRONMENT = 2


def is_terminal(stream: TextIO | None) -> bool:
    """False, too, for a stream that the caller closed."""
    return stream is not None and stream.isatty()


def use_color(stream_is_err: bool = False) -> bool:
    stream = sys.stderr if stream_is_err else sys.stdout
    return is_terminal(stream) and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def paint(text: str, **style: object) -> str:
    """Text in colours where stdout shows them."""
    return click.style(text, **style) if use_color() else text  # type: ignore[arg-type]


def language() -> str:
    """`ko` for a Korean locale, otherwise `en`; CKS_TRAINER_LANG decides when it is set."""
    chosen = (
        os.environ.get("CKS_TRAINER_LANG") or os.environ.get("LC_ALL") or os.environ.get("LANG") or locale.getlocale()[0] or ""
    )
    return "ko" if chosen.lower().startswith("ko") else "en"


def narrate(message: str) -> None:
    click.echo(message, err=True)


def emit_json(data: object) -> None:
    click.echo(json.dumps(data, ensure_ascii=False, indent=2))


def progress_line(message: str) -> None:
    """One line on stderr that the next one replaces; in a pipe, nothing."""
    if is_terminal(sys.stderr):
        click.echo(f"\r\x1b[K{message[:78]}", err=True, nl=False)


def end_progress() -> None:
    if is_terminal(sys.stderr):
        click.echo("\r\x1b[K", err=True, nl=False)


def _stop(signum: int, frame: object) -> None:
    """A closed terminal or a polite kill ends a command as Ctrl-C does: what was started is removed."""
    raise KeyboardInterrupt


def guarded(run: Callable[[], int]) -> int:
    """Runs a command; the learner sees a sentence and the next step, never a traceback."""
    for name in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, _stop)
    try:
        return run()
    except TrainerError as error:
        end_progress()
        narrate(f"error: {error.message}")
        if error.help:
            narrate(f"next: {error.help}")
        return ExitCode.ENVIRONMENT
    except click.ClickException as error:
        error.show()
        return ExitCode.ENVIRONMENT
    except (click.Abort, KeyboardInterrupt):
        end_progress()
        narrate("stopped; nothing was left running")
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.YES
    except OSError as error:
        end_progress()
        narrate(f"error: {error.strerror or error}" + (f": {error.filename}" if error.filename else ""))
        return ExitCode.ENVIRONMENT
    except Exception as error:  # the outermost boundary: a bug of ours is reported, not shown as a traceback
        end_progress()
        log = Path(tempfile.gettempdir()) / f"cks-trainer-error-{os.getpid()}.log"
        log.write_text(traceback.format_exc(), encoding="utf-8", errors="replace")
        narrate(f"error: a bug in cks-trainer: {type(error).__name__}: {error}")
        narrate(f"next: the details are in {log}; please report them")
        return ExitCode.ENVIRONMENT
