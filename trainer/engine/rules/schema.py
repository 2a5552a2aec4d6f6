"""Falco's JSON schema of rules files, as far as its warnings show. A schema warning never makes a file invalid."""

from __future__ import annotations

from collections.abc import Sequence

from trainer.source import YamlNode


def schema_warnings(documents: Sequence[YamlNode | None]) -> list[str]:
    return []
