"""The two images: the base of every scenario container, and the tracer. Built once, kept in a tarball for the next engine.

`ensure_image` looks in this order: the engine, the tarball in the user's cache folder, debootstrap, and ``debian:12-slim`` from
wherever this engine pulls images.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import platformdirs

from trainer.capture.docker_engine import connect, docker_errors
from trainer.errors import CaptureError, ImageMissing

if TYPE_CHECKING:
    from docker import APIClient

BASE_IMAGE = "cks-trainer/base:1"
TRACER_IMAGE = "cks-trainer/tracer:1"
CACHE_VARIABLE = "CKS_TRAINER_CACHE"


@dataclass(frozen=True, slots=True)
class Progress:
    step: int
    total: int
    message: str
    action_id: str | None = None


OnProgress = Callable[[Progress], None]


def cache_folder() -> Path:
    chosen = os.environ.get(CACHE_VARIABLE)
    return Path(chosen) if chosen else Path(platformdirs.user_cache_dir("cks-trainer", appauthor=False))


def images_present(client: APIClient) -> tuple[bool, bool]:
    with docker_errors("looking for the trainer's images"):
        names = {tag for image in client.images() for tag in image.get("RepoTags") or ()}
    return BASE_IMAGE in names, TRACER_IMAGE in names


def ensure_image(on_progress: OnProgress | None = None) -> None:
    """Make the images where the engine has them not. Takes a minute the first time. Raises ImageMissing with the next step."""
    from trainer.capture.image_build import build_from_image, build_with_debootstrap, can_debootstrap
    from trainer.capture.image_index import image_index

    say = on_progress or (lambda progress: None)
    client = connect(timeout=600)
    with _lock():
        if not all(images_present(client)) and not _load(client, say):
            problems = []
            built = False
            builders = [build_with_debootstrap] if can_debootstrap() else []
            for builder in (*builders, build_from_image):
                try:
                    builder(client, say)
                except CaptureError as error:
                    problems.append(error.message)
                else:
                    built = True
                    break
            if not built:
                raise ImageMissing(
                    "the containers' base image cannot be built: " + "; ".join(problems),
                    "on Debian or Ubuntu, as root: apt-get install debootstrap, then: cks-trainer doctor --build. "
                    "Elsewhere: let Docker pull debian:12-slim, or bring the images over with docker save and docker load. "
                    "Until then the recordings are used.",
                )
            _save(client, say)
    with docker_errors("reading the base image"):
        image_index(client)
    say(Progress(1, 1, "the images are ready"))


def _tarball() -> Path:
    return cache_folder() / f"images-{BASE_IMAGE.rpartition(':')[2]}.{TRACER_IMAGE.rpartition(':')[2]}.tar"


def _load(client: APIClient, say: OnProgress) -> bool:
    path = _tarball()
    if not path.is_file():
        return False
    say(Progress(0, 1, f"loading the images from {path}"))
    try:
        with path.open("rb") as file, docker_errors("loading the images"):
            for _ in client.load_image(file):  # type: ignore[no-untyped-call]
                pass
    except (CaptureError, OSError):
        # A tarball that was cut off is worth nothing; the images can be built again.
        path.unlink(missing_ok=True)
        return False
    return all(images_present(client))


def _save(client: APIClient, say: OnProgress) -> None:
    """Keep a copy. A full disk is no reason to fail: the images are in the engine."""
    path = _tarball()
    say(Progress(0, 1, f"keeping a copy in {path}"))
    part = path.with_suffix(".part")
    try:
        part.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as file, docker_errors("saving the images"):
            # The SDK's own call takes one image; two in one tarball share the layers.
            raw: Any = client
            response = raw._get(raw._url("/images/get"), params={"names": [BASE_IMAGE, TRACER_IMAGE]}, stream=True)
            for chunk in response.iter_content(1 << 20):
                file.write(chunk)
        part.replace(path)
    except (CaptureError, OSError):
        part.unlink(missing_ok=True)


@contextlib.contextmanager
def _lock() -> Iterator[None]:
    """One build at a time on this machine, where the system has file locks."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    try:
        cache_folder().mkdir(parents=True, exist_ok=True)
        file = (cache_folder() / "build.lock").open("w")
    except OSError:
        yield
        return
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
