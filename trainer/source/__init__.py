"""Where text is: files, spans, and YAML with positions. Imports nothing of the trainer."""

from trainer.source.files import read_source
from trainer.source.frozen import frozen
from trainer.source.nodes import (
    Composed,
    YamlError,
    YamlMapping,
    YamlMark,
    YamlNode,
    YamlScalar,
    YamlSequence,
    is_null,
    key_text,
)
from trainer.source.plain import boolean, plain
from trainer.source.spans import MappedText, Position, Region, SourceFile, Span
from trainer.source.yaml import compose, compose_anew

__all__ = [
    "Composed",
    "MappedText",
    "Position",
    "Region",
    "SourceFile",
    "Span",
    "YamlError",
    "YamlMapping",
    "YamlMark",
    "YamlNode",
    "YamlScalar",
    "YamlSequence",
    "boolean",
    "compose",
    "compose_anew",
    "frozen",
    "is_null",
    "key_text",
    "plain",
    "read_source",
]
