"""Conditions against libsinsp's own cases: parser, printer, escapes, operators, compile checks, outputs.

Floors are what is reached; a drop fails. Cases of operators.jsonl that a real Falco never evaluates (it ends while it looks for their
event types) are refused here too and counted apart.
"""

from __future__ import annotations

from typing import Any

from tests.conformance_data import conformance_cases
from trainer.engine.evaluate import CompileError, compile_condition, compile_output, explain
from trainer.engine.filter import ParseError, escape, parse_condition, to_string, unescape
from trainer.events import Event
from trainer.source import MappedText


def parse(condition: str) -> Any:
    return parse_condition(MappedText.plain(condition))


def test_parser_accepts_and_rejects_as_libsinsp() -> None:
    count = 0
    for case in conformance_cases("parser.jsonl"):
        count += 1
        texts = [case["condition"]]
        if case["blank_variants"]:
            texts += [f" {texts[0]} ", texts[0].replace(" ", "\n"), texts[0].replace(" ", "\t")]
        for text in texts:
            assert isinstance(parse(text), ParseError) is not case["accept"], (case["id"], text)
        found = parse(case["condition"])
        if isinstance(found, ParseError):
            assert found.message == (case["observed_message"] or found.message), case["id"]
            place = case["observed_pos"]
            assert place is None or (place["idx"], place["line"], place["col"]) == (found.pos, found.line, found.column), case[
                "id"
            ]
        elif case["canonical"] is not None:
            assert to_string(found) == case["canonical"], case["id"]
    assert count >= 579


def test_canonical_text() -> None:
    for case in conformance_cases("roundtrip.jsonl"):
        assert to_string(parse(case["condition"])) == case["canonical"], case["id"]


def test_escapes() -> None:
    for case in conformance_cases("escaping.jsonl"):
        escaped = escape(case["in"])
        assert escaped == case["escaped"], case["id"]
        if case["op"] == "escape_unescape":
            body = escaped[1:-1] if escaped.startswith('"') else escaped
            assert unescape(body, '"') == (case["out"], None), case["id"]


def typed(value: Any) -> Any:
    if isinstance(value, str) and value.startswith("hex:"):
        return bytes.fromhex(value[4:])
    return tuple(value) if isinstance(value, list) else value


def event_of(fields: dict[str, Any]) -> Event:
    present = {name: typed(value) for name, value in fields.items() if value is not None}
    return Event(present.get("evt.num", 1), 0, present.get("evt.type", "open"), "syscall", present)


def test_operators_match_as_libsinsp() -> None:
    disagree: list[str] = []
    refused = 0
    for name in ("operators.jsonl", "operators-extra.jsonl"):
        for case in conformance_cases(name):
            compiled = compile_condition(parse(case["condition"]))
            if isinstance(compiled, CompileError):
                refused += compiled.fatal
                if not compiled.fatal:
                    disagree.append(case["id"])
                continue
            event = event_of(case["fields"])
            matched = compiled.matches(event)
            assert explain(compiled, event).matched is matched, case["id"]
            if matched is not case["match"]:
                disagree.append(case["id"])
    assert not disagree
    assert refused <= 6


def test_compile_checks_refuse_as_falco() -> None:
    for case in conformance_cases("compile.jsonl"):
        found = parse(case["condition"])
        error = found if isinstance(found, ParseError) else compile_condition(found)
        message = error.message if isinstance(error, ParseError | CompileError) else None
        judged = case["falco_0_44_1"]
        assert (message is None) is judged["ok"], case["id"]
        if message is not None:
            assert message in str(judged["message"] or judged["fatal"]), case["id"]


def test_outputs_render_as_libsinsp() -> None:
    for case in conformance_cases("formatter.jsonl"):
        output = compile_output(case["format"])
        if case["error"]:
            assert isinstance(output, CompileError), case["id"]
            assert output.message == case["error"], case["id"]
            continue
        assert not isinstance(output, CompileError), case["id"]
        if case["complete"] and case["text"] is not None:
            assert output.render(event_of(case["fields"])) == case["text"], case["id"]
