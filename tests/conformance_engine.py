"""Conditions, outputs and fields against libsinsp's and Falco's recorded answers: one judge for each data file.

A judge yields (level, case, whether we agree). Its tests and the report of tests/conformance_report.py read the same judges.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, TypeAlias

from tests.conformance_data import conformance_cases
from tests.engine.conditions import event, refused
from trainer.engine import LoadResult, load_rules
from trainer.engine.evaluate import CompileError, Output, compile_condition, compile_output, explain
from trainer.engine.evaluate.compile import Compiled, compile_filter
from trainer.engine.filter import ParseError, escape, parse_condition, to_string, unescape
from trainer.engine.filter.ast import AndExpr, BinaryCheckExpr, Expr, FieldExpr, NotExpr, OrExpr, UnaryCheckExpr
from trainer.source import MappedText, SourceFile

Judgement: TypeAlias = tuple[str, str, bool]
Judge: TypeAlias = Callable[[], Iterator[Judgement]]

NO_EVTTYPE = ("LOAD_NO_EVTTYPE", "Rule matches too many evt.type values. This has a significant performance penalty.")


def _parse(condition: str) -> Expr | ParseError:
    return parse_condition(MappedText.plain(condition))


def judge_parser() -> Iterator[Judgement]:
    for case in conformance_cases("parser.jsonl"):
        name = case["id"]
        found = _parse(case["condition"])
        error = found if isinstance(found, ParseError) else None
        yield "verdict", name, (error is None) is case["accept"]
        wanted = {case["message"], case["observed_message"]} - {None}
        if wanted:
            yield "message", name, error is not None and wanted == {error.message}
        if case["observed_pos"] is not None:
            place = {"idx": error.pos, "line": error.line, "col": error.column} if error is not None else None
            yield "position", name, place == case["observed_pos"]
        if case["canonical"] is not None:
            yield "canonical", name, not isinstance(found, ParseError) and to_string(found) == case["canonical"]
        if case["blank_variants"]:
            text = case["condition"]
            variants = (f" {text} ", text.replace(" ", "\n"), text.replace(" ", "\t"))
            yield "blanks", name, all((not isinstance(_parse(variant), ParseError)) is case["accept"] for variant in variants)


def judge_roundtrip() -> Iterator[Judgement]:
    for case in conformance_cases("roundtrip.jsonl"):
        found = _parse(case["condition"])
        yield "canonical", case["id"], not isinstance(found, ParseError) and to_string(found) == case["canonical"]
        if "same tree" in case["check"]:
            again = _parse(case["canonical"])
            yield "parsed again", case["id"], not isinstance(again, ParseError) and to_string(again) == case["canonical"]


def judge_escaping() -> Iterator[Judgement]:
    for case in conformance_cases("escaping.jsonl"):
        escaped = escape(case["in"])
        yield "escape", case["id"], escaped == case["escaped"] and (case["op"] != "escape" or escaped == case["out"])
        if case["op"] == "escape_unescape":
            back = unescape(escaped[1:-1], '"') if escaped.startswith('"') else (escaped, None)
            yield "unescape", case["id"], back == (case["out"], None)


def _operators(file: str) -> Iterator[Judgement]:
    for case in conformance_cases(file):
        found = _parse(case["condition"])
        # Six cases use what only a rule may not, tolower(syscall.type): so it is not compile_condition here.
        result = found if isinstance(found, ParseError) else compile_filter(found)
        compiled = result if isinstance(result, Compiled) else None
        happened = event(case["fields"])
        yield "match", case["id"], compiled is not None and compiled.matches(happened) is case["match"]
        yield "explanation", case["id"], compiled is not None and explain(compiled, happened).matched is case["match"]


def judge_operators() -> Iterator[Judgement]:
    return _operators("operators.jsonl")


def judge_operators_extra() -> Iterator[Judgement]:
    return _operators("operators-extra.jsonl")


def _mocked(expr: Expr) -> Expr:
    """libsinsp's mock fields in real ones: a check of c.true is always true, of c.false never, the quote fields hold a text."""
    if isinstance(expr, AndExpr | OrExpr):
        return replace(expr, children=tuple(_mocked(child) for child in expr.children))
    if isinstance(expr, NotExpr):
        return replace(expr, child=_mocked(expr.child))
    assert isinstance(expr, BinaryCheckExpr)
    assert isinstance(expr.left, FieldExpr)
    real = {"c.singlequote": "proc.name", "c.doublequote": "proc.exe"}.get(expr.left.name)
    if real is not None:
        return replace(expr, left=replace(expr.left, name=real))
    name = {"c.true": "proc.pid", "c.false": "proc.cwd"}[expr.left.name]
    return UnaryCheckExpr(replace(expr.left, name=name), "exists", expr.span, expr.pos)


def judge_boolean() -> Iterator[Judgement]:
    for case in conformance_cases("boolean.jsonl"):
        found = _parse(case["condition"])
        compiled = None if isinstance(found, ParseError) else compile_filter(_mocked(found))
        fields = case["fields"]
        happened = event({"proc.pid": 1, "proc.name": fields.get("c.singlequote"), "proc.exe": fields.get("c.doublequote")})
        yield "match", case["id"], isinstance(compiled, Compiled) and compiled.matches(happened) is case["match"]


def _same_message(message: str | None, judged: dict[str, Any]) -> bool:
    """Falco's log line, where it ended, holds the message; else it is the message."""
    if message is None or judged["message"] is not None:
        return bool(message == judged["message"])
    return bool(message) and message in (judged["fatal"] or "")


def _wanted(judged: dict[str, Any]) -> list[tuple[str, str]]:
    return sorted((warning["code"], warning["message"]) for warning in judged["warnings"])


def judge_compile() -> Iterator[Judgement]:
    for case in conformance_cases("compile.jsonl"):
        judged = case["falco_0_44_1"]
        message = refused(case["condition"])
        yield "verdict", case["id"], (message is None) is judged["ok"] is case["ok"]
        if not judged["ok"]:
            yield "message", case["id"], _same_message(message, judged)
            continue
        found = _parse(case["condition"])
        compiled = found if isinstance(found, ParseError) else compile_condition(found)
        warned = None
        if isinstance(compiled, Compiled):
            warned = [(str(warning.code), warning.message) for warning in compiled.warnings]
            warned = sorted(warned + ([NO_EVTTYPE] if compiled.too_many_event_types else []))
        yield "warnings", case["id"], warned == _wanted(judged)


def judge_compile_extra() -> Iterator[Judgement]:
    for case in conformance_cases("compile-extra.jsonl"):
        result = load_one_rule(case["condition"], case["output"])
        yield "verdict", case["id"], result.ok is case["ok"]
        if case["fatal"]:
            yield "fatal text", case["id"], result.fatal == case["fatal"]
            continue
        errors = [error for file in result.files for error in file.errors]
        if not case["ok"]:
            found = [(str(error.code), error.message) for error in errors]
            yield "message", case["id"], found == [(case["error_code"], case["message"])]
            yield "snippet", case["id"], [error.snippet for error in errors] == [case["snippet"]]
        warned = sorted((str(warning.code), warning.message) for file in result.files for warning in file.warnings)
        yield "warnings", case["id"], warned == _wanted(case)


def load_one_rule(condition: str, output: str) -> LoadResult:
    """A file with one rule, as the makers of the data had Falco load it."""
    lines = ("- rule: r", "  desc: d", f"  condition: {json.dumps(condition)}", f"  output: {json.dumps(output)}")
    text = "\n".join((*lines, "  priority: INFO", "  warn_evttypes: false", ""))
    return load_rules([SourceFile("rule.yaml", text)], mode="falco")


def judge_formatter() -> Iterator[Judgement]:
    for case in conformance_cases("formatter.jsonl"):
        name = case["id"]
        found = compile_output(case["format"])
        error = found if isinstance(found, CompileError) else None
        yield "verdict", name, (error is not None) is bool(case["error"])
        if case["error"]:
            yield "message", name, error is not None and error.message == case["error"]
            continue
        happened = event(case["fields"])
        text = found.render(happened) if isinstance(found, Output) else ""
        values = found.field_values(happened, case["resolve_transformers"]) if isinstance(found, Output) else {}
        wanted = json.loads(case["json"]) or {}
        if case["complete"]:
            yield "text", name, text == case["text"]
            yield "fields", name, values == wanted
        else:
            # Without a leading `*` libsinsp ends the line before the first null field. Falco always sets the `*`, and there is no other
            # way here: our line goes on with <NA> where libsinsp's ends, and holds the same values up to there.
            yield "line that stops", name, text.startswith(f"{case['text']}<NA>") and wanted.items() <= values.items()


def judge_fields_matrix() -> Iterator[Judgement]:
    for case in conformance_cases("fields-matrix.jsonl"):
        for form, answer in case["exists"].items():
            yield "arguments", f"{case['id']} {form}", _same_answer(refused(f"{form} exists"), answer)
        for template, answer in case["conditions"].items():
            condition = template.replace("{}", case["used_as"])
            yield "conditions", f"{case['id']} {template}", _same_answer(refused(condition), answer)
        for text, answer in case["outputs"].items():
            output = compile_output(text)
            yield (
                "outputs",
                f"{case['id']} {text}",
                _same_answer(output.message if isinstance(output, CompileError) else None, answer),
            )


def _same_answer(message: str | None, answer: str | bool) -> bool:
    if message is None or answer is True:
        return message is None and answer is True
    return message == answer or (str(answer).startswith("FATAL") and bool(message) and message in str(answer))


ENGINE_JUDGES: dict[str, Judge] = {
    "parser": judge_parser,
    "roundtrip": judge_roundtrip,
    "escaping": judge_escaping,
    "operators": judge_operators,
    "operators-extra": judge_operators_extra,
    "boolean": judge_boolean,
    "compile": judge_compile,
    "compile-extra": judge_compile_extra,
    "formatter": judge_formatter,
    "fields-matrix": judge_fields_matrix,
}
