"""A pack's files, taken from a folder or an archive into memory, and the archive that is made of them.

An archive is a gzipped tar of regular files, always the same bytes for the same files. What comes from outside is read within limits
and never unpacked by tarfile: a member is looked at, and its bytes are kept under a name that was checked.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import stat
import tarfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from trainer.content.member_names import FOLDERS, TOP_FILES, collision, name_problem
from trainer.errors import PackError

MAX_FILES: Final = 5_000
MAX_FILE: Final = 32 << 20
MAX_TOTAL: Final = 128 << 20
"""Bytes of a pack's files together, and of an archive's tar."""
MAX_ARCHIVE: Final = 64 << 20

_BUILD_AGAIN: Final = "ask for an archive that `cks-trainer pack build` made"
_KINDS: Final = {
    tarfile.SYMTYPE: "a symbolic link",
    tarfile.LNKTYPE: "a hard link",
    tarfile.CHRTYPE: "a device",
    tarfile.BLKTYPE: "a device",
    tarfile.FIFOTYPE: "a named pipe",
    tarfile.DIRTYPE: "a folder of its own",
    tarfile.GNUTYPE_SPARSE: "a sparse file",
}
Files = dict[str, bytes]


class _Limited(io.RawIOBase):
    """A stream that refuses to give more than MAX_TOTAL bytes: a small archive may hold a very large one."""

    def __init__(self, stream: gzip.GzipFile) -> None:
        self._stream = stream
        self._left = MAX_TOTAL

    def read(self, size: int = -1) -> bytes:
        wanted = self._left + 1 if size < 0 else min(size, self._left + 1)
        data = self._stream.read(wanted)
        self._left -= len(data)
        if self._left < 0:
            raise PackError(f"the archive holds more than {MAX_TOTAL >> 20} MiB", _BUILD_AGAIN)
        return data


def read_archive(path: Path) -> tuple[Files, str]:
    """The files of an archive by name, and the archive's sha256. Raises PackError for whatever is not a plain pack."""
    with path.open("rb") as file:
        data = file.read(MAX_ARCHIVE + 1)
    if len(data) > MAX_ARCHIVE:
        raise PackError(f"{path} is larger than {MAX_ARCHIVE >> 20} MiB", _BUILD_AGAIN)
    if not data.startswith(b"\x1f\x8b"):
        raise PackError(f"{path} is no pack: a .ckspack file is a gzipped tar", "give a folder, or what `pack build` wrote")
    files: Files = {}
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream, tarfile.open(fileobj=_Limited(stream), mode="r|") as tar:
            for member in tar:
                name = _checked(member, files)  # before a byte of it is read
                files[name] = _bytes_of(tar, member)
    except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile, ValueError, RecursionError, OverflowError) as error:
        raise PackError(f"{path} is damaged: {error or type(error).__name__}", _BUILD_AGAIN) from error
    _check_together(files)
    return files, hashlib.sha256(data).hexdigest()


def _checked(member: tarfile.TarInfo, files: Files) -> str:
    name = member.name
    if member.type not in (tarfile.REGTYPE, tarfile.AREGTYPE) or member.issparse():
        kind = "a sparse file" if member.issparse() else _KINDS.get(member.type, "no regular file")
        raise PackError(f"{_shown(name)} in the archive is {kind}; a pack has regular files only", _BUILD_AGAIN)
    if problem := name_problem(name):
        raise PackError(f"{_shown(name)} in the archive is no name for a file of a pack: {problem}", _BUILD_AGAIN)
    if name in files:
        raise PackError(f"{name} is in the archive twice", _BUILD_AGAIN)
    if len(files) >= MAX_FILES:
        raise PackError(f"the archive holds more than {MAX_FILES} files", _BUILD_AGAIN)
    if not 0 <= member.size <= MAX_FILE:
        raise PackError(f"{name} in the archive is larger than {MAX_FILE >> 20} MiB", _BUILD_AGAIN)
    return name


def _shown(name: str) -> str:
    """A name from outside, without what a terminal would obey."""
    return ascii(name if len(name) <= 80 else name[:77] + "...")


def _bytes_of(tar: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = tar.extractfile(member)
    data = file.read() if file is not None else b""
    if len(data) != member.size:
        raise PackError(f"{member.name} in the archive ends too early", _BUILD_AGAIN)
    return data


def read_folder(folder: Path) -> Files:
    """A pack's files in a folder. Hidden ones (.git among them), backups and what begins with _ stay out; links are refused."""
    files: Files = {}
    total = 0
    for name in TOP_FILES:
        if (folder / name).is_symlink() or (folder / name).is_file():
            files[name] = _file_of(folder / name)
    for top in FOLDERS:
        for path in _walk(folder / top):
            name = path.relative_to(folder).as_posix()
            if problem := name_problem(name):
                raise PackError(f"{path}: this is no name for a file of a pack: {problem}", "rename the file")
            files[name] = _file_of(path)
            total += len(files[name])
            if total > MAX_TOTAL or len(files) > MAX_FILES:
                raise PackError(f"{folder} is larger than a pack may be: {MAX_TOTAL >> 20} MiB, {MAX_FILES} files", "split it")
    _check_together(files)
    return files


def _walk(folder: Path) -> Iterator[Path]:
    if folder.is_symlink():
        raise PackError(f"{folder} is a symbolic link; a pack has none", "put the folder itself there")
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        if path.name.startswith((".", "_")) or path.name.endswith("~"):
            continue
        if path.is_dir() and not path.is_symlink():
            yield from _walk(path)
        else:
            yield path


def _file_of(path: Path) -> bytes:
    state = path.lstat()
    if not stat.S_ISREG(state.st_mode):
        kind = "a symbolic link" if stat.S_ISLNK(state.st_mode) else "no regular file"
        raise PackError(f"{path} is {kind}; a pack has regular files only", "put the file itself there")
    if state.st_size > MAX_FILE:
        raise PackError(f"{path} is larger than {MAX_FILE >> 20} MiB", "make it smaller")
    return path.read_bytes()


def _check_together(files: Mapping[str, bytes]) -> None:
    if clash := collision(files):
        raise PackError(f"{clash} are the same on a system that does not tell capitals apart", "rename one of them")


def write_files(files: Mapping[str, bytes], folder: Path, *, durable: bool = True) -> None:
    """Puts the files into an empty folder. Modes and times are the system's own, never an archive's."""
    for name, data in files.items():
        if problem := name_problem(name):
            raise PackError(f"{_shown(name)} is no name for a file of a pack: {problem}")
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            file.write(data)
            if durable:
                file.flush()
                os.fsync(file.fileno())


def archive_of(files: Mapping[str, bytes]) -> bytes:
    """The archive: sorted, with fixed times, owners and modes, so that the same files give the same bytes."""
    tar_bytes = io.BytesIO()
    with tarfile.open(fileobj=tar_bytes, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name in sorted(files):
            info = tarfile.TarInfo(name)
            info.size = len(files[name])
            info.mode = 0o644
            tar.addfile(info, io.BytesIO(files[name]))
    packed = io.BytesIO()
    with gzip.GzipFile(filename="", fileobj=packed, mode="wb", compresslevel=9, mtime=0) as stream:
        stream.write(tar_bytes.getvalue())
    return packed.getvalue()
