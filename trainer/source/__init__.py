"""Where text is: files, spans, and YAML with positions. Imports nothing of the trainer."""

from trainer.source.spans import MappedText, Position, Region, SourceFile, Span

__all__ = ["MappedText", "Position", "Region", "SourceFile", "Span"]
