"""Parser, printer and escapes against libsinsp's own cases, see tests/conformance_engine.py."""

from __future__ import annotations

from tests.conformance_report import problems


def test_parser_cases() -> None:
    assert problems("parser", {"verdict": 579, "message": 195, "position": 195, "canonical": 384, "blanks": 326}) == []


def test_roundtrip_cases() -> None:
    assert problems("roundtrip", {"canonical": 86, "parsed again": 18}) == []


def test_escaping_cases() -> None:
    assert problems("escaping", {"escape": 8, "unescape": 4}) == []
