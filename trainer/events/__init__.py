"""What happened: events and recordings."""

from trainer.events.model import ActionResult, Event, FieldValue, Recording, RecordingHeader
from trainer.events.recording import parse_recording, read_recording, write_recording

__all__ = [
    "ActionResult",
    "Event",
    "FieldValue",
    "Recording",
    "RecordingHeader",
    "parse_recording",
    "read_recording",
    "write_recording",
]
