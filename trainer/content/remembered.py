"""A pack read once and remembered: reading the core pack's YAML takes most of a start otherwise."""

from __future__ import annotations

import hashlib
import io
import os
import pickle
import platform
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeAlias

import trainer
from trainer.content.loader import load_pack
from trainer.content.model import Pack
from trainer.diagnostics import Diagnostic

Read: TypeAlias = tuple[Pack | None, tuple[Diagnostic, ...]]
_Stamp: TypeAlias = tuple[tuple[str, int, int], ...]
"""Name, size and time of change of each file that the pack was read from."""
_READERS = ("content", "diagnostics", "source")
"""The trainer's own packages whose change makes what was read worthless."""
_UNREADABLE = (
    OSError,
    pickle.UnpicklingError,
    ArithmeticError,
    AttributeError,
    EOFError,
    ImportError,
    LookupError,
    MemoryError,
    TypeError,
    ValueError,
)
"""What reading a memory raises that another version wrote, that was cut off, or that is no pickle at all."""
_HARMLESS = frozenset(
    {
        ("array", "array"),
        ("array", "_array_reconstructor"),
        ("builtins", "range"),
        ("builtins", "frozenset"),
        ("copyreg", "_reconstructor"),
        ("builtins", "object"),
        ("pathlib", "PosixPath"),
        ("pathlib", "WindowsPath"),
    }
)


def load_pack_remembered(folder: Path, memory: Path) -> Read:
    """What ``load_pack`` says of ``folder``, out of the folder ``memory`` where no file of the pack has changed since.

    Never fails on account of the memory: what cannot be read is read anew, what cannot be written is not remembered.
    """
    folder = folder.resolve()
    path = memory / f"pack-{hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]}.pickle"
    stamp = tuple(_stamp(folder))
    with suppress(*_UNREADABLE):
        kept_stamp, read = _Unpickler(io.BytesIO(path.read_bytes())).load()
        if kept_stamp == stamp and len(read) == 2 and (read[0] is None or isinstance(read[0], Pack)):
            return read[0], read[1]
    read = load_pack(folder)
    with suppress(OSError, pickle.PicklingError):
        _write(path, pickle.dumps((stamp, read), protocol=pickle.HIGHEST_PROTOCOL))
    return read


class _Unpickler(pickle.Unpickler):
    """Makes the trainer's own values and nothing else, whoever wrote the file."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in _HARMLESS or module.partition(".")[0] == "trainer":
            found = super().find_class(module, name)
            if isinstance(found, type) or (module, name) in _HARMLESS:
                return found
        raise pickle.UnpicklingError(f"{module}.{name} is no part of a pack")


def _stamp(folder: Path) -> Iterator[tuple[str, int, int]]:
    yield f"{trainer.__version__} {platform.python_version()}", 0, 0
    package = Path(trainer.__file__).parent
    for reader in _READERS:
        yield from _files(package / reader, reader)
    yield from _files(folder / "exercises", "exercises")
    with suppress(OSError):
        for entry in sorted(os.scandir(folder / "scenarios"), key=lambda entry: entry.name):
            with suppress(OSError):
                found = os.stat(Path(entry.path) / "scenario.yaml")
                yield entry.name, found.st_size, found.st_mtime_ns


def _files(folder: Path, name: str) -> Iterator[tuple[str, int, int]]:
    with suppress(OSError):
        for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
            if entry.name == "__pycache__":
                continue
            below = f"{name}/{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                yield below, -1, 0
                yield from _files(Path(entry.path), below)
            else:
                with suppress(OSError):
                    found = entry.stat()
                    yield below, found.st_size, found.st_mtime_ns


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".pack-", delete=False) as file:
        try:
            file.write(data)
            file.close()
            os.replace(file.name, path)
        except OSError:
            with suppress(OSError):
                os.unlink(file.name)
            raise
