"""Whether a Docker engine answers: tests that need one are skipped, saying so, without it; in CI they run and fail."""

from __future__ import annotations

import os

import pytest

from trainer.capture import docker_status

_STATUS = docker_status()

needs_docker = pytest.mark.skipif(
    not (_STATUS.available and _STATUS.image_present and _STATUS.tracer_present) and not os.environ.get("CI"),
    reason="no Docker engine answers, or the images are not built: cks-trainer doctor --build",
)
