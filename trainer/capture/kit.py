"""The trainer's own shell, for images that have none that can stand where an action will be.

It is the tracer image's dash with its loader and library, in a volume of the container: so it runs on any C library and on a
root that may not be written.
"""

from __future__ import annotations

import hashlib
import io
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING

from trainer.capture.docker_engine import BUILD, docker_errors, labels
from trainer.capture.image import TRACER_IMAGE, cache_folder
from trainer.capture.image_index import ImageIndex
from trainer.capture.threads import resolved
from trainer.errors import CaptureError

if TYPE_CHECKING:
    from docker import APIClient

KIT_FOLDER = "/.cks-kit"
KIT_SHELL = (f"{KIT_FOLDER}/ld.so", "--library-path", KIT_FOLDER, f"{KIT_FOLDER}/sh")
IMAGE_SHELL = ("/bin/sh",)
_TRUSTED = ("dash", "bash")
"""Shells that execute what they are told to; busybox runs itself in its place."""
_COPY = "mkdir /kit && cp -L $(ldd /bin/dash | grep -o '/[^ ]*') /bin/dash /kit && cd /kit && mv ld-*.so* ld.so && mv dash sh"


def shell_of(index: ImageIndex) -> tuple[str, ...]:
    """The words that start a shell in a container of the image."""
    path = resolved(index.links, IMAGE_SHELL[0])
    return IMAGE_SHELL if path in index.files and path.rpartition("/")[2] in _TRUSTED else KIT_SHELL


def kit_archive(client: APIClient) -> bytes:
    """A tar of what lies in the kit's folder; kept beside the trainer's other copies."""
    identity = str(client.inspect_image(TRACER_IMAGE)["Id"]).removeprefix("sha256:")[:12]  # type: ignore[no-untyped-call]
    path = cache_folder() / f"kit-{identity}-{hashlib.sha256(_COPY.encode()).hexdigest()[:8]}.tar"
    found = _whole(path)
    if found is None:
        found = _make(client)
        _keep(path, found)
    return found


def _whole(path: Path) -> bytes | None:
    try:
        data = path.read_bytes()
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            return data if {"sh", "ld.so"} <= set(archive.getnames()) else None
    except (OSError, tarfile.TarError):
        return None


def _keep(path: Path, data: bytes) -> None:
    part = path.with_suffix(".part")
    try:
        part.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(data)
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)  # it is only a copy


def _make(client: APIClient) -> bytes:
    with docker_errors("making the trainer's own shell"):
        command = ["/bin/sh", "-ec", _COPY]
        made = client.create_container(TRACER_IMAGE, command=command, labels=labels(BUILD), network_disabled=True)["Id"]
        try:
            client.start(made)
            if status := client.wait(made)["StatusCode"]:
                raise CaptureError(
                    f"making the trainer's own shell failed: exit code {status}", "run: cks-trainer doctor --build"
                )
            stream, _ = client.get_archive(made, "/kit")
            return _flat(b"".join(stream))
        finally:
            client.remove_container(made, force=True)


def _flat(data: bytes) -> bytes:
    """The files alone, readable and executable by everyone."""
    buffer = io.BytesIO()
    with (
        tarfile.open(fileobj=io.BytesIO(data)) as source,
        tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT) as target,
    ):
        for member in source:
            if member.isreg():
                member.name = member.name.rpartition("/")[2]
                member.mode = 0o755
                target.addfile(member, source.extractfile(member))
    return buffer.getvalue()
