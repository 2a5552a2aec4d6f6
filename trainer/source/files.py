"""Reading a file from disk into a SourceFile."""

from __future__ import annotations

import codecs
import stat
from pathlib import Path

from trainer.errors import TrainerError
from trainer.source.spans import SourceFile

MAX_BYTES = 10_000_000
_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def read_source(path: str | Path, name: str | None = None) -> SourceFile:
    """The file's text under the name that the user gave. Bytes that are no UTF-8 stay as surrogates: Falco reads them too."""
    place = Path(path)
    shown = name if name is not None else str(path)
    try:
        if place.is_dir():
            raise TrainerError(
                f"{shown} is a folder, not a file", "Give the path of a rules file, such as falco_rules.local.yaml."
            )
        status = place.stat()
        if stat.S_ISCHR(status.st_mode) or stat.S_ISBLK(status.st_mode) or stat.S_ISSOCK(status.st_mode):
            raise TrainerError(f"{shown} is a device, not a file", "Give the path of a text file.")
        size = status.st_size
        if size > MAX_BYTES:
            raise TrainerError(f"{shown} is too big ({size} bytes, at most {MAX_BYTES} are read)", "Is this really a rules file?")
        with place.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise TrainerError(f"{shown} is too big (at most {MAX_BYTES} bytes are read)", "Is this really a rules file?")
    except FileNotFoundError:
        raise TrainerError(f"{shown} does not exist", "Check the path; it is taken from the current folder.") from None
    except PermissionError:
        raise TrainerError(f"{shown} may not be read by you", "Check the file's permissions.") from None
    except OSError as error:
        raise TrainerError(f"{shown} cannot be read: {error.strerror or error}", "Check the path.") from None
    return SourceFile(shown, decode(data, shown))


def decode(data: bytes, name: str = "<text>") -> str:
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return data[len(bom) :].decode(encoding, "replace")
    if data.startswith(codecs.BOM_UTF8):
        data = data[len(codecs.BOM_UTF8) :]
    if data.count(0) * 10 > len(data):
        raise TrainerError(f"{name} is a binary file, not text", "Give the path of a text file.")
    return data.decode("utf-8", "surrogateescape")
