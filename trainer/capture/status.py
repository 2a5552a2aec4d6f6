"""Whether live runs work on this machine, and the broom for what killed runs left."""

from __future__ import annotations

from dataclasses import dataclass

from trainer.capture.containers import remove_leftovers
from trainer.capture.docker_engine import BUILD_IMAGE, CALL_TIMEOUT, connect
from trainer.capture.image import images_present
from trainer.capture.runner import run_scenario
from trainer.content.model import Action, ActionKind, Container, Scenario
from trainer.errors import CaptureError

QUICK = 1
"""Seconds for an engine to answer when somebody waits for a status line."""


@dataclass(frozen=True, slots=True)
class DockerStatus:
    available: bool
    version: str = ""
    api: str = ""
    image_present: bool = False
    tracer_present: bool = False
    problem: str = ""
    next_step: str = ""


def docker_status() -> DockerStatus:
    """Never raises; answers within about a second also where no engine does."""
    try:
        client = connect(timeout=QUICK)
        version = client.version()
        base, tracer = images_present(client)
    except CaptureError as error:
        return DockerStatus(False, problem=error.message, next_step=error.help)
    missing = not (base and tracer)
    return DockerStatus(
        True,
        str(version.get("Version", "")),
        client.api_version,
        base,
        tracer,
        "the images of the scenarios are not built yet" if missing else "",
        BUILD_IMAGE if missing else "",
    )


def tracing_problem() -> CaptureError | None:
    """Traces one program in a throwaway container: None when its events are seen, otherwise what is wrong. Takes half a second."""
    action = Action("probe", ("true",), "probe", ActionKind.BENIGN)
    try:
        recording = run_scenario(Scenario("probe", 0, (Container("probe", "probe"),), (action,)), lambda event: None)
    except CaptureError as error:
        return error
    (result,) = recording.actions
    if result.error is not None or not recording.events:
        return CaptureError(f"a traced program shows no events: {result.error or 'nothing was seen'}", "use the recordings")
    return None


def clean() -> int:
    """Remove the containers and networks of runs whose owner is gone; the number of them. A living run keeps its own."""
    return remove_leftovers(connect(timeout=CALL_TIMEOUT))
