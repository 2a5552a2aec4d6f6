"""Throwaway containers, the tracer, system calls to events, recordings."""

from trainer.capture.image import Progress, ensure_image
from trainer.capture.runner import run_scenario
from trainer.capture.status import DockerStatus, clean, docker_status, tracing_problem

__all__ = ["DockerStatus", "Progress", "clean", "docker_status", "ensure_image", "run_scenario", "tracing_problem"]
