"""From a pack's folder to its archive, and back to a pack that was looked at but not yet installed."""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from trainer.content.archives import Files, archive_of, read_archive, read_folder, write_files
from trainer.content.lints import lint_pack, unrecorded
from trainer.content.loader import PACK_FILE, load_pack
from trainer.content.manifest import check_manifest, contents_digest, manifest_of
from trainer.content.member_names import MANIFEST
from trainer.content.model import Pack
from trainer.content.scenario_lints import OTHER_VERSION
from trainer.diagnostics import Annotation, Diagnostic
from trainer.errors import PackError
from trainer.source import SourceFile

_VERSION = re.compile(r"[0-9A-Za-z](?:[0-9A-Za-z+-]|\.(?!\.)){0,39}(?<!\.)")
_SHA256 = re.compile(r"[0-9a-fA-F]{64}")
_MAX_ID = 64


class RefusedPack(PackError):
    """A pack's own files have errors; ``diagnostics`` say where."""

    def __init__(self, message: str, help: str, diagnostics: tuple[Diagnostic, ...]) -> None:
        super().__init__(message, help)
        self.diagnostics = diagnostics


@dataclass(frozen=True, slots=True)
class Built:
    data: bytes
    sha256: str
    pack: Pack
    files: int
    warnings: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True)
class Candidate:
    """A pack from outside, read and checked, in a temporary folder that lasts as long as ``open_source``."""

    pack: Pack
    files: Files = field(repr=False)
    sha256: str
    """Of the archive, or of the archive that the folder would become."""
    contents: str
    """Of the files, however they came."""
    source: str
    warnings: tuple[Diagnostic, ...] = ()


def build_pack(folder: Path) -> Built:
    """The archive of a pack. Raises PackError unless everything in it is as it must be."""
    files = _of_folder(folder)
    pack, found = _proven(folder, f"{folder} has errors: there is no archive to hand out")
    _check_identity(pack)
    if missing := unrecorded(pack):
        raise PackError(f"no recording of seed 0: {', '.join(missing)}", f"run: cks-trainer pack record {folder}")
    if old := [one for one in found if OTHER_VERSION in one.message]:
        raise RefusedPack(
            "recordings are not of the scenarios as they are now", f"run: cks-trainer pack record {folder}", tuple(old)
        )
    data = _with_manifest(pack, files)
    return Built(data, hashlib.sha256(data).hexdigest(), pack, len(files), found)


def _with_manifest(pack: Pack, files: Files) -> bytes:
    return archive_of({**files, MANIFEST: manifest_of(pack, files)})


def _of_folder(folder: Path) -> Files:
    if not (folder / PACK_FILE).is_file():
        raise PackError(f"{folder} is no pack: it has no {PACK_FILE.as_posix()}", "begin one: cks-trainer pack new FOLDER")
    files = read_folder(folder)
    files.pop(MANIFEST, None)
    return files


def _proven(folder: Path, message: str) -> tuple[Pack, tuple[Diagnostic, ...]]:
    """A pack without errors, and its warnings."""
    pack, found = load_pack(folder)
    found = (*found, *(lint_pack(pack) if pack is not None else ()))
    if pack is None or any(diagnostic.is_error for diagnostic in found):
        raise RefusedPack(message, f"mend what is listed above; cks-trainer pack lint {folder} lists it again", found)
    return pack, found


def _check_identity(pack: Pack) -> None:
    """Id and version become names of folders."""
    if len(pack.id) > _MAX_ID:
        raise PackError(f"the pack's id is longer than {_MAX_ID} characters", "shorten it in exercises/pack.yaml")
    if not _VERSION.fullmatch(pack.version):
        raise PackError(
            f"{pack.version[:60]!a} is no version of a pack: letters, digits, . + and -, at most 40",
            "correct it in exercises/pack.yaml, for instance: version: 1.0.0",
        )


@contextmanager
def open_source(source: Path, sha256: str | None = None) -> Iterator[Candidate]:
    """Reads a pack from an archive, a folder or a git checkout, and checks all that can be checked before it is installed.

    Raises PackError; nothing is written but to a temporary folder, which is gone afterwards.
    """
    if sha256 is not None and not _SHA256.fullmatch(sha256):
        raise PackError(f"{sha256[:80]!a} is no sha256: it has 64 hexadecimal digits", "copy what `pack build` printed")
    if not source.exists():
        raise PackError(f"there is no {source}", "give an archive (.ckspack), a folder, or a git checkout")
    if source.is_dir():
        files, digest, told = _of_folder(source), None, None
    else:
        files, digest = read_archive(source)
        _check_pin(sha256, digest)
        told = check_manifest(files)
    if PACK_FILE.as_posix() not in files:
        raise PackError(f"{source} is no pack: it has no {PACK_FILE.as_posix()}", "ask its author")
    with tempfile.TemporaryDirectory(prefix="cks-trainer-pack-") as place:
        folder = Path(place).resolve()
        write_files(files, folder, durable=False)
        try:
            pack, found = _proven(folder, f"{source} cannot be installed: its files have errors")
        except RefusedPack as error:
            found = _as_if_in(source, folder, error.diagnostics)
            own = f"mend what is listed above; cks-trainer pack lint {source} lists it again"
            advice = own if source.is_dir() else "ask the author of the pack for a version without these errors"
            raise RefusedPack(error.message, advice, found) from None
        found = _as_if_in(source, folder, found)
        _check_identity(pack)
        if digest is None:
            digest = hashlib.sha256(_with_manifest(pack, files)).hexdigest()
            _check_pin(sha256, digest)
        if told not in (None, (pack.id, pack.version)):
            raise PackError(f"{source}: the manifest tells of another pack than the files", "ask for the archive again")
        yield Candidate(pack, files, digest, contents_digest(files), str(source), found)


def _as_if_in(source: Path, folder: Path, found: tuple[Diagnostic, ...]) -> tuple[Diagnostic, ...]:
    """Diagnostics of the copy in ``folder`` as if they were found where the learner has the pack."""
    files: dict[SourceFile, SourceFile] = {}

    def told(text: str) -> str:
        return text.replace(str(folder), str(source))

    def moved(annotation: Annotation) -> Annotation:
        span = annotation.span
        file = files.setdefault(span.file, SourceFile(told(span.file.name), span.file.text))
        return replace(annotation, span=file.span(span.start, span.end), message=told(annotation.message))

    return tuple(
        replace(
            one,
            message=told(one.message),
            help=told(one.help),
            notes=tuple(told(note) for note in one.notes),
            annotations=tuple(moved(annotation) for annotation in one.annotations),
        )
        for one in found
    )


def _check_pin(wanted: str | None, found: str) -> None:
    if wanted is not None and wanted.lower() != found:
        raise PackError(
            f"this is not the pack that was pinned: its sha256 is {found}", "fetch it again, or ask who gave you the checksum"
        )
