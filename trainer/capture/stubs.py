"""The shells that stand where an action will be: they wait until the tracer holds them, then become the action.

``shell`` is the image's or the kit's (see `kit.shell_of`). dash puts PWD into the environment of what it executes; the action must not see that.
"""

from __future__ import annotations

from collections.abc import Sequence

MARK = "cks-action:"
"""Word by which the agent finds a stub in /proc, followed by the action's key."""
_EXEC = 'unset PWD OLDPWD; exec "$@"'
_STOPPED = f"kill -STOP $$; {_EXEC}"
# The first process of a container cannot stop itself: the kernel spares it every signal that it does not handle.
_WAITING = f'trap go=1 CONT; until [ "$go" ]; do read -r x </proc/self/stat; done; trap - CONT; {_EXEC}'


def exec_stub(key: str, shell: Sequence[str] = ("/bin/sh",)) -> list[str]:
    """What docker exec starts, without the action's own words."""
    return [*shell, "-c", _STOPPED, MARK + key]


def main_stub(container: str, shell: Sequence[str] = ("/bin/sh",)) -> list[str]:
    """The beginning of a container's own command, where its start is an action."""
    return [*shell, "-c", _WAITING, MARK + start_key(container)]


def start_key(container: str) -> str:
    return f"start-{container}"
