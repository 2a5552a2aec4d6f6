"""Parser, printer and escapes against libsinsp's own cases: every case of the three files must agree."""

from __future__ import annotations

from tests.conformance_data import conformance_cases
from trainer.engine.filter import ParseError, escape, parse_condition, to_string, unescape
from trainer.source import MappedText


def variants(condition: str) -> list[str]:
    return [f" {condition} ", condition.replace(" ", "\n"), condition.replace(" ", "\t")]


def test_parser_cases() -> None:
    wrong: list[str] = []
    cases = list(conformance_cases("parser.jsonl"))
    for case in cases:
        found = parse_condition(MappedText.plain(case["condition"]))
        refused = isinstance(found, ParseError)
        good = refused is not case["accept"]
        if isinstance(found, ParseError):
            place = case["observed_pos"]
            good &= case["message"] in (None, found.message) and case["observed_message"] in (None, found.message)
            good &= place in (None, {"idx": found.pos, "line": found.line, "col": found.column})
        else:
            good &= case["canonical"] in (None, to_string(found))
        if case["blank_variants"]:
            for text in variants(case["condition"]):
                good &= isinstance(parse_condition(MappedText.plain(text)), ParseError) is refused
        if not good:
            wrong.append(case["id"])
    assert not wrong
    assert len(cases) >= 500


def test_roundtrip_cases() -> None:
    wrong: list[str] = []
    cases = list(conformance_cases("roundtrip.jsonl"))
    for case in cases:
        found = parse_condition(MappedText.plain(case["condition"]))
        if isinstance(found, ParseError) or to_string(found) != case["canonical"]:
            wrong.append(case["id"])
            continue
        if "same tree" in case["check"]:
            again = parse_condition(MappedText.plain(case["canonical"]))
            if isinstance(again, ParseError) or to_string(again) != case["canonical"]:
                wrong.append(case["id"])
    assert not wrong
    assert len(cases) >= 80


def test_escaping_cases() -> None:
    for case in conformance_cases("escaping.jsonl"):
        escaped = escape(case["in"])
        assert escaped == case["escaped"], case["id"]
        if case["op"] == "escape":
            assert escaped == case["out"], case["id"]
        else:
            quoted = escaped.startswith('"')
            assert (unescape(escaped[1:-1], '"') if quoted else (escaped, None)) == (case["out"], None), case["id"]
