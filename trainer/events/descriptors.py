"""fd.* of a number that no descriptor stands behind."""

from __future__ import annotations

from trainer.events.model import FieldValue

_TYPECHAR = {"openat": "f", "openat2": "f", "creat": "f", "socket": "4", "accept": "4", "accept4": "4", "pipe": "p", "pipe2": "p"}
_TYPECHAR |= {"eventfd": "e", "eventfd2": "e", "signalfd": "s", "signalfd4": "s", "timerfd_create": "t"}
_TYPECHAR |= {"inotify_init": "i", "inotify_init1": "i"}
_AT_FDCWD = -100


def unknown_fd_fields(number: int, event: str, name: str, nameraw: str) -> dict[str, FieldValue]:
    """A failed open, a descriptor that is not there, AT_FDCWD; observed on Falco 0.44.1."""
    return {
        "fd.num": number,
        "fd.typechar": _TYPECHAR.get(event, "o") if number < 0 and number != _AT_FDCWD else "o",
        "fd.name": name,
        "fd.nameraw": nameraw,
        "fd.directory": name.rsplit("/", 1)[0] or "/" if "/" in name else "/",
        "fd.name_changed": False,
    }
