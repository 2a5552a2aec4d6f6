"""Installed packs: ``<root>/<id>/<version>/``. A pack comes whole or not at all, and is never changed afterwards."""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from trainer.content.archives import write_files
from trainer.content.loader import load_pack
from trainer.content.member_names import MANIFEST
from trainer.content.model import Pack
from trainer.content.packaging import Candidate
from trainer.content.scenarios import NAME
from trainer.errors import PackError

_RECORD: Final = "installed.json"
_TRUST: Final = "trusted.json"
_UNFINISHED: Final = ".new-"
_OLD: Final = 3600.0
_DIGITS = re.compile(r"(\d+)")


@dataclass(frozen=True, slots=True)
class Installed:
    id: str
    version: str
    folder: Path
    sha256: str = ""
    contents: str = ""
    source: str = ""

    @property
    def name(self) -> str:
        return f"{self.id}@{self.version}"


def install(candidate: Candidate, root: Path) -> tuple[Installed, bool]:
    """Puts the pack in its place; False when it was there already, the same to the byte. Raises PackError."""
    pack = candidate.pack
    target = root / pack.id / pack.version
    if (there := _same_version(root, pack)) is not None:
        if there.contents == candidate.contents:
            return there, False
        raise PackError(
            f"{there.name} is installed with other contents, and an installed version is never changed",
            f"remove it first: cks-trainer pack remove {there.name}; or ask the author for a new version number",
        )
    record = {
        "format_version": 1,
        "id": pack.id,
        "version": pack.version,
        "sha256": candidate.sha256,
        "contents": candidate.contents,
        "source": candidate.source,
    }
    target.parent.mkdir(parents=True, exist_ok=True)
    _sweep(root)
    place = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=root))
    try:
        write_files({name: data for name, data in candidate.files.items() if name != MANIFEST}, place)
        _write_json(place / _RECORD, record)
        place.chmod(0o755)
        place.rename(target)
    except OSError as error:
        if (there := _same_version(root, pack)) is not None and there.contents == candidate.contents:
            return there, False  # another process was quicker
        raise PackError(f"{target} cannot be written: {error.strerror or error}", "check the folder and its disk") from error
    finally:
        shutil.rmtree(place, ignore_errors=True)
        _drop_if_empty(target.parent)
    return Installed(pack.id, pack.version, target, candidate.sha256, candidate.contents, candidate.source), True


def _same_version(root: Path, pack: Pack) -> Installed | None:
    """Versions that differ in capitals only would be one folder on some systems."""
    return next((one for one in installed(root) if one.id == pack.id and one.version.lower() == pack.version.lower()), None)


def _sweep(root: Path) -> None:
    """What a killed install left; a young one may be another process at work."""
    for path in root.glob(f"{_UNFINISHED}*"):
        with suppress(OSError):
            if time.time() - path.stat().st_mtime > _OLD:
                shutil.rmtree(path, ignore_errors=True)


def _drop_if_empty(folder: Path) -> None:
    with suppress(OSError):
        folder.rmdir()


def installed(root: Path) -> tuple[Installed, ...]:
    """All that is installed, by id, and the newest version of each first."""
    found = []
    for record in root.glob(f"*/*/{_RECORD}"):
        folder = record.parent
        data = _read_json(record)
        if NAME.fullmatch(folder.parent.name) and not folder.name.startswith("."):
            texts = [str(data.get(key, "")) for key in ("sha256", "contents", "source")]
            found.append(Installed(folder.parent.name, folder.name, folder, *texts))
    newest_first = sorted(found, key=lambda one: version_key(one.version), reverse=True)
    return tuple(sorted(newest_first, key=lambda one: one.id))


def version_key(version: str) -> tuple[object, ...]:
    """1.10 stands above 1.9, and 1.0 above 1.0-rc1."""
    release, _, rest = version.partition("-")
    return (*_parts(release), (0, not rest), *_parts(rest))


def _parts(text: str) -> list[tuple[int, object]]:
    return [(2, int(part)) if part.isdigit() else (1, part) for part in _DIGITS.split(text) if part not in ("", ".")]


def find_installed(root: Path, name: str) -> Installed:
    """By ``ID`` (then its newest version) or ``ID@VERSION``. Raises PackError."""
    pack_id, _, version = name.partition("@")
    everything = installed(root)
    for one in everything:
        if one.id == pack_id and version in ("", one.version):
            return one
    known = ", ".join(one.name for one in everything) or "none"
    raise PackError(f"no installed pack is named {name[:80]!a}", f"installed: {known}")


def remove(root: Path, name: str) -> Installed:
    """Removes one version. An id that has several wants the version too."""
    one = find_installed(root, name)
    versions = [other.version for other in installed(root) if other.id == one.id]
    if "@" not in name and len(versions) > 1:
        raise PackError(
            f"{one.id} is installed in {len(versions)} versions: {', '.join(versions)}", f"name one: {one.id}@{versions[0]}"
        )
    place = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=root))
    try:
        one.folder.rename(place / "removed")  # at once: nobody sees half a pack
    finally:
        shutil.rmtree(place, ignore_errors=True)
    _drop_if_empty(one.folder.parent)
    return one


def load_installed(one: Installed) -> Pack:
    pack, found = load_pack(one.folder)
    if pack is None:
        first = next((diagnostic.message for diagnostic in found if diagnostic.is_error), "it cannot be read")
        raise PackError(
            f"{one.name} cannot be used: {first}", f"install it again: cks-trainer pack remove {one.name}, then pack install"
        )
    return pack


def is_trusted(root: Path, candidate: Candidate) -> bool:
    """Whether the learner said yes to exactly these files before."""
    return _read_json(root / _TRUST).get(f"{candidate.pack.id}@{candidate.pack.version}") == candidate.contents


def trust(root: Path, candidate: Candidate) -> None:
    root.mkdir(parents=True, exist_ok=True)
    data = _read_json(root / _TRUST)
    data[f"{candidate.pack.id}@{candidate.pack.version}"] = candidate.contents
    _write_json(root / _TRUST, data)


def _read_json(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def _write_json(path: Path, data: Mapping[str, object]) -> None:
    """Written beside and renamed, so that a crash leaves the old text or the new one."""
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    with beside.open("w", encoding="utf-8") as file:
        json.dump(data, file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
