"""manifest.json: what an archive holds, with a checksum for every file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

from trainer.content.member_names import MANIFEST
from trainer.content.model import Pack
from trainer.errors import PackError

FORMAT_VERSION: Final = 1
_MAX_SIZE = 4 << 20
_BUILD_AGAIN = "fetch the archive again, or ask its author to build it again"


def manifest_of(pack: Pack, files: Mapping[str, bytes]) -> bytes:
    data = {
        "format_version": FORMAT_VERSION,
        "pack": {
            "id": pack.id,
            "version": pack.version,
            "title": dict(sorted(pack.title.items())),
            "licence": pack.licence,
            "languages": list(pack.languages),
            "falco": pack.falco,
            "exercises": [exercise.slug for exercise in pack.exercises],
            "scenarios": list(pack.scenarios),
        },
        "files": [
            {"path": name, "size": len(files[name]), "sha256": hashlib.sha256(files[name]).hexdigest()} for name in sorted(files)
        ],
    }
    return (json.dumps(data, ensure_ascii=False, indent=1) + "\n").encode()


def contents_digest(files: Mapping[str, bytes]) -> str:
    """One checksum for a pack's files, however they came."""
    digest = hashlib.sha256()
    for name in sorted(files):
        if name != MANIFEST:
            digest.update(f"{name}\0{hashlib.sha256(files[name]).hexdigest()}\n".encode())
    return digest.hexdigest()


def check_manifest(files: Mapping[str, bytes]) -> tuple[object, object]:
    """Id and version of the pack that the manifest names. Raises PackError unless it is there and tells of exactly these files."""
    data = _parsed(files.get(MANIFEST))
    listed: dict[str, tuple[object, object]] = {}
    for entry in data["files"] if isinstance(data.get("files"), list) else []:
        if isinstance(entry, dict) and isinstance(entry.get("path"), str):
            listed[entry["path"]] = (entry.get("size"), entry.get("sha256"))
    there = set(files) - {MANIFEST}
    if missing := sorted(set(listed) - there):
        raise PackError(f"the manifest names {missing[0]!a}, which is not in the archive", _BUILD_AGAIN)
    if stray := sorted(there - set(listed)):
        raise PackError(f"{stray[0]} is in the archive and not in its manifest", _BUILD_AGAIN)
    for name, expected in listed.items():
        if (len(files[name]), hashlib.sha256(files[name]).hexdigest()) != expected:
            raise PackError(f"{name} is not the file that the manifest names: size or sha256 differ", _BUILD_AGAIN)
    pack = data.get("pack")
    return (pack.get("id"), pack.get("version")) if isinstance(pack, dict) else (None, None)


def _parsed(raw: bytes | None) -> dict[str, Any]:
    if raw is None:
        raise PackError(f"the archive has no {MANIFEST}", "ask for an archive that `cks-trainer pack build` made")
    try:
        data = json.loads(raw.decode()) if len(raw) <= _MAX_SIZE else None
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict):
        raise PackError(f"{MANIFEST} in the archive cannot be read", _BUILD_AGAIN)
    version = data.get("format_version")
    if isinstance(version, bool) or not isinstance(version, int):
        raise PackError(f"{MANIFEST} in the archive has no format_version", _BUILD_AGAIN)
    if version > FORMAT_VERSION:
        raise PackError(
            f"the archive has format_version {version}; this cks-trainer reads up to {FORMAT_VERSION}",
            "upgrade cks-trainer: pip install --upgrade cks-trainer",
        )
    if version < 1:
        raise PackError(
            f"the archive has format_version {version}; this cks-trainer reads from 1",
            "upgrade the pack: ask its author for a current version",
        )
    return data
