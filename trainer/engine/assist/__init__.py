"""Completion and hover for the rules editor, without any editor: text and offset in, proposals and explanations out."""

from trainer.engine.assist.complete import complete
from trainer.engine.assist.hover import hover
from trainer.engine.assist.model import Completions, Hover, Item, Kind, Known, Named

__all__ = ["Completions", "Hover", "Item", "Kind", "Known", "Named", "complete", "hover"]
