"""The Docker engine through its SDK: finding it, and turning its many errors into CaptureError with a next step.

The SDK is imported when it is first used: it takes longer to import than the whole engine of the rules.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from trainer.errors import CaptureError, DockerUnavailable

if TYPE_CHECKING:
    from docker import APIClient

LABEL = "cks-trainer"
"""Value: the run that owns the container or network."""
IMAGE_LABEL = "cks-trainer.image"
"""Of the images. Another name, because containers inherit it: a learner's own container is not a run's."""
OWNER_PID = "cks-trainer.pid"
OWNER_HOST = "cks-trainer.host"
CALL_TIMEOUT = 60

_START_DOCKER = (
    "start Docker (Linux: sudo systemctl start docker; Mac and Windows: open Docker Desktop), then run: cks-trainer doctor"
)
_JOIN_GROUP = "let your user reach Docker (sudo usermod -aG docker $USER, then log in again), or set DOCKER_HOST"


def connect(timeout: int = CALL_TIMEOUT) -> APIClient:
    """A client for the engine that the ``docker`` command would use. Raises DockerUnavailable."""
    import docker
    from docker.errors import DockerException
    from docker.utils import kwargs_from_env

    try:
        if os.environ.get("DOCKER_HOST"):
            parameters = kwargs_from_env()
            return docker.APIClient(version="auto", timeout=timeout, **parameters)
        return docker.APIClient(base_url=_context_host(), version="auto", timeout=timeout)
    except (DockerException, OSError, ValueError) as error:
        raise _unavailable(error) from None


def _context_host() -> str | None:
    """The host of the chosen docker context (Docker Desktop and rootless engines are found in this way)."""
    from docker.context import ContextAPI
    from docker.errors import DockerException

    try:
        context = ContextAPI.get_current_context()
    except (DockerException, OSError, ValueError):
        return None
    host: str | None = context.Host if context is not None else None
    return host if host and not host.startswith("npipe") else None


def _unavailable(error: Exception) -> DockerUnavailable:
    text = _reason(error)
    if isinstance(error, PermissionError) or "Permission denied" in text:
        return DockerUnavailable("Docker refuses this user: permission denied on its socket", _JOIN_GROUP)
    return DockerUnavailable(f"no Docker engine answers: {text}", _START_DOCKER)


@contextmanager
def docker_errors(doing: str) -> Iterator[None]:
    """What goes wrong inside leaves as CaptureError saying what was being done."""
    from docker.errors import APIError, DockerException, ImageNotFound
    from requests.exceptions import RequestException
    from urllib3.exceptions import HTTPError

    from trainer.errors import ImageMissing

    try:
        yield
    except ImageNotFound as error:
        raise ImageMissing(f"{doing}: {error.explanation}", BUILD_IMAGE) from None
    except APIError as error:
        raise CaptureError(f"{doing}: {error.explanation or error}") from None
    except (DockerException, RequestException, HTTPError, OSError) as error:
        raise DockerUnavailable(f"{doing}: the Docker engine stopped answering ({_reason(error)})", _START_DOCKER) from None


BUILD_IMAGE = "build the image once with: cks-trainer doctor --build"


def _reason(error: BaseException) -> str:
    """The innermost sentence of a chain of wrapped connection errors."""
    seen = error.__cause__ or error
    while isinstance(inner := (seen.args[0] if seen.args and isinstance(seen.args[0], BaseException) else None), BaseException):
        seen = inner
    nested = getattr(seen, "reason", None)
    if isinstance(nested, BaseException):
        return _reason(nested)
    if len(seen.args) > 1 and isinstance(seen.args[1], BaseException):
        return _reason(seen.args[1])
    if isinstance(seen, OSError) and seen.strerror:
        return seen.strerror
    return str(seen) or type(seen).__name__


def host_name() -> str:
    return socket.gethostname()


def owner_mark() -> str:
    """This process, so that a later one with the same number is not taken for it."""
    return f"{os.getpid()}:{process_start(os.getpid())}"


def owner_alive(mark: str) -> bool:
    pid, _, started = mark.partition(":")
    if not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except OSError:
        pass  # it lives and is another user's
    return process_start(int(pid)) == started


def process_start(pid: int) -> str:
    """When the process started, in the kernel's ticks; empty where there is no /proc."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            return file.read().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""


BUILD = "build"
active_runs: set[str] = {BUILD}
"""Runs of this process that are going on."""


def labels(run_id: str) -> dict[str, str]:
    return {LABEL: run_id, OWNER_PID: owner_mark(), OWNER_HOST: host_name()}


def owned_by_dead(found: dict[str, Any], created: float, now: float) -> bool:
    """Whether a labelled object's owner is gone. One of another host (a shared engine) is given an hour."""
    if not found.get(OWNER_PID):
        return False  # a learner's own container, made from our image
    if found.get(OWNER_HOST) != host_name():
        return now - created > 3600
    mark = found.get(OWNER_PID, "")
    if mark == owner_mark():
        # A run of ours that is over and could not clean up, because the engine was away.
        return found.get(LABEL) not in active_runs
    return not owner_alive(mark)
