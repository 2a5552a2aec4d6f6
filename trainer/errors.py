"""Exceptions for what the learner's text cannot cause: the environment, a pack on disk, a bug.

TrainerError
├── PackError           a pack, scenario or exercise cannot be read
├── RecordingError      a recording cannot be read
├── CaptureError        Docker, the image or the tracer failed
│   ├── DockerUnavailable
│   │   └── TracingForbidden
│   ├── ImageMissing
│   └── CaptureCancelled
├── StoreError          the progress store cannot be used
└── ExamError           a mock exam cannot be begun, continued or graded as it is now
"""

from __future__ import annotations


class TrainerError(Exception):
    """Something the learner's text is not to blame for; ``help`` says what to do next."""

    def __init__(self, message: str, help: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.help = help


class PackError(TrainerError):
    pass


class RecordingError(TrainerError):
    pass


class CaptureError(TrainerError):
    pass


class DockerUnavailable(CaptureError):
    pass


class TracingForbidden(DockerUnavailable):
    """The engine runs containers and lets nobody look at their system calls."""


class ImageMissing(CaptureError):
    pass


class CaptureCancelled(CaptureError):
    pass


class StoreError(TrainerError):
    pass


class ExamError(TrainerError):
    pass
