"""What happened: events and recordings."""

from trainer.events.model import Event, FieldValue

__all__ = ["Event", "FieldValue"]
