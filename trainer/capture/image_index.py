"""What the inspector must know of the base image: symbolic links, scripts, passwd and group. Read once."""

from __future__ import annotations

import json
import tarfile
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trainer.capture.image import BASE_IMAGE, cache_folder

if TYPE_CHECKING:
    from docker import APIClient


@dataclass(frozen=True, slots=True)
class ImageIndex:
    image_id: str
    """12 hexadecimal digits."""
    links: dict[str, str]
    shebangs: dict[str, str]
    passwd: str
    group: str
    files: frozenset[str]
    """Every path."""
    setuid: dict[str, tuple[int | None, int | None]]
    owners: dict[str, int]
    """Of what is not root's."""
    entrypoint: tuple[str, ...] = ()
    env: tuple[str, ...] = ()
    """``NAME=value``."""


def image_index(client: APIClient, image: str | None = None) -> ImageIndex:
    """Of the base image, or of another one."""
    image = image or BASE_IMAGE
    found: dict[str, Any] = client.inspect_image(image)  # type: ignore[no-untyped-call]
    identity = str(found["Id"]).removeprefix("sha256:")[:12]
    if identity not in _known:
        config = found.get("Config") or {}
        files = _cached(identity) or _make(client, image, identity)
        words, env = config.get("Entrypoint") or (), config.get("Env") or ()
        _known[identity] = replace(files, entrypoint=tuple(words), env=tuple(env))
    return _known[identity]


_known: dict[str, ImageIndex] = {}


def _cache_file(identity: str) -> Path:
    return cache_folder() / f"index-{identity}.json"


def _cached(identity: str) -> ImageIndex | None:
    try:
        found: dict[str, Any] = json.loads(_cache_file(identity).read_text(encoding="utf-8"))
        setuid = {path: (uid, gid) for path, (uid, gid) in found["setuid"].items()}
        texts = found["passwd"], found["group"]
        return ImageIndex(identity, found["links"], found["shebangs"], *texts, frozenset(found["files"]), setuid, found["owners"])
    except (OSError, ValueError, KeyError):
        return None


def _make(client: APIClient, image: str, identity: str) -> ImageIndex:
    from trainer.capture.docker_engine import BUILD, labels

    container = client.create_container(image, command=["true"], labels=labels(BUILD))["Id"]
    try:
        with tempfile.TemporaryFile() as file:
            for chunk in client.export(container):
                file.write(chunk)
            file.seek(0)
            with tarfile.open(fileobj=file) as archive:
                index = _read(archive, identity)
    finally:
        client.remove_container(container, force=True)
    path = _cache_file(identity)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        kept = {name: getattr(index, name) for name in ("links", "shebangs", "passwd", "group", "setuid", "owners")}
        path.write_text(json.dumps(kept | {"files": sorted(index.files)}), encoding="utf-8")
    except OSError:
        pass  # it is only a copy
    return index


def _read(archive: tarfile.TarFile, identity: str) -> ImageIndex:
    links: dict[str, str] = {}
    shebangs: dict[str, str] = {}
    texts = {"/etc/passwd": "", "/etc/group": ""}
    files: set[str] = set()
    setuid: dict[str, tuple[int | None, int | None]] = {}
    owners: dict[str, int] = {}
    for member in archive:
        path = "/" + member.name.removeprefix("./").strip("/")
        files.add(path)
        if member.uid:
            owners[path] = member.uid
        if member.isreg() and member.mode & 0o6000:
            setuid[path] = (member.uid if member.mode & 0o4000 else None, member.gid if member.mode & 0o2000 else None)
        if member.issym():
            links[path] = member.linkname
        elif member.isreg() and (member.mode & 0o111 or path in texts):
            file = archive.extractfile(member)
            if file is None:
                continue
            if path in texts:
                texts[path] = file.read().decode(errors="replace")
            elif file.read(2) == b"#!":
                shebangs[path] = "#!" + file.readline(256).decode(errors="replace").rstrip("\n")
    return ImageIndex(identity, links, shebangs, texts["/etc/passwd"], texts["/etc/group"], frozenset(files), setuid, owners)
