"""What happened: events and recordings."""

from typing import TYPE_CHECKING, Any

from trainer.events.model import ActionResult, Event, FieldValue, Recording, RecordingHeader

if TYPE_CHECKING:
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


def __getattr__(name: str) -> Any:
    """The readers are imported when the first file is read: who only evaluates rules does not wait for them."""
    if name in __all__:
        from trainer.events import recording

        return getattr(recording, name)
    raise AttributeError(name)
