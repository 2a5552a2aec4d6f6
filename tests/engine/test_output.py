"""Outputs: tokens, rendering, and what the JSON alert reports."""

from __future__ import annotations

import pytest

from tests.conformance_report import problems
from tests.engine.conditions import event
from trainer.engine.evaluate import CompileError, FieldToken, Output, compile_output, format_time, value_text
from trainer.events import Event


def output(text: str) -> Output:
    found = compile_output(text)
    assert isinstance(found, Output), found
    return found


def test_outputs_render_as_libsinsp() -> None:
    least = {"verdict": 57, "message": 17, "text": 38, "fields": 38, "line that stops": 2}
    assert problems("formatter", least) == []


def test_tokens() -> None:
    tokens = output("user=%user.name n=%10proc.name.").tokens
    assert [token if isinstance(token, str) else (token.text, token.width) for token in tokens] == [
        "user=",
        ("user.name", 0),
        " n=",
        ("proc.name", 10),
        ".",
    ]
    assert isinstance(tokens[1], FieldToken)


@pytest.mark.parametrize(
    "text, fields, printed",
    [
        ("%proc.namex", {"proc.name": "cat"}, "catx"),
        ("%10proc.name|", {"proc.name": "cat"}, "cat       |"),
        ("%2proc.name|", {"proc.name": "cat"}, "ca|"),
        ("*%proc.name %fd.name", {"proc.name": "cat"}, "cat <NA>"),
        ("%proc.aname[2]", {"proc.aname": ("sh", "init")}, "init"),
        ("%proc.aname", {"proc.aname": ("sh", "init")}, "sh init"),
        ("%evt.arg.flags", {"evt.arg": {"flags": "O_RDONLY"}}, "O_RDONLY"),
        ("%fd.ip %fd.net", {"fd.cip": "10.0.0.1"}, "<NA> <NA>"),
        ("%evt.type.is.openat", {}, "<NA>"),
        ("%fd.cnet", {"fd.cip": "10.0.0.1"}, "<IPNET>"),
        ("%fd.dev", {"fd.dev": 65024}, "FE00"),
        ("%proc.is_exe_writable", {"proc.is_exe_writable": False}, "false"),
        ("%thread.cpu", {"thread.cpu": 2.0}, "2.0"),
        ("%fd.types", {"fd.types": ("file", "ipv4")}, "(file,ipv4)"),
        ("%fd.types", {"fd.types": ()}, "()"),
        ("%evt.buffer", {"evt.buffer": b"a\x00b\xff"}, "a.b."),
        ("%toupper(proc.name)", {"proc.name": "cat"}, "CAT"),
        ("%len(proc.name)", {"proc.name": "cat"}, "<NA>"),
        ("%len(fd.types)", {"fd.types": ("file",)}, "1"),
        ("%proc.name", {"proc.name": "\udcff"}, "\ufffd"),
        ('%join(",", (proc.name, user.uid))', {"proc.name": "cat", "user.uid": 0}, "cat,"),
        ('%join(",", (proc.name, proc.pid))', {"proc.name": "cat", "proc.pid": 0}, "cat,0"),
    ],
)
def test_rendering(text: str, fields: dict[str, object], printed: str) -> None:
    assert output(text).render(event(fields)) == printed


@pytest.mark.parametrize(
    "text, message",
    [
        ("", "empty formatting token"),
        ("a %", "invalid formatting syntax: formatting cannot end with a %"),
        ("a %5", "invalid formatting syntax: formatting cannot end with a number"),
        ("100% sure", "unknown filter: unexpected token after '"),
        ("%%", "unknown filter: unexpected token after '"),
        ("%proc.nam", "unknown filter: unexpected token after '"),
        ("%val(proc.name)", "unknown filter: unexpected token after '"),
    ],
)
def test_refusals(text: str, message: str) -> None:
    found = compile_output(text)
    assert isinstance(found, CompileError)
    assert found.message == message


def test_a_width_beyond_all_reason_takes_no_memory() -> None:
    for digits in ("9" * 12, "9" * 5000):
        assert len(output(f"%{digits}proc.name").render(event(proc_name="sh"))) == 10_000
    assert output("%0000000000000003proc.name|").render(event(proc_name="sh")) == "sh |"


@pytest.mark.parametrize(
    "text, tokens",
    [
        ("%proc.env.a.1", ["proc.env.a", ".1"]),
        ("%proc.aname[2]x", ["proc.aname[2]", "x"]),
        ('%proc.env["a]b"]', ["proc.env", '["a]b"]']),
        ("%proc.name[", ["proc.name", "["]),
        ("%tolower(proc.name)[x]", ["tolower(proc.name)", "[x]"]),
        ('%getopt(fd.types, "a:")[a][b]', ['getopt(fd.types, "a:")[a]', "[b]"]),
        ('%join("(", (proc.name, fd.name)))', ['join("(", (proc.name, fd.name))', ")"]),
        ('%join(")", (proc.name, fd.name))', None),
        ("%tolower(proc.name", None),
    ],
)
def test_where_a_token_ends(text: str, tokens: list[str] | None) -> None:
    found = compile_output(text)
    shown = [part if isinstance(part, str) else part.text for part in found.tokens] if isinstance(found, Output) else None
    assert shown == tokens


def test_reported_fields() -> None:
    happened = Event(7, 1_795_477_461_000_000_001, "openat", "syscall", {"proc.name": "cat", "fd.types": (), "fd.dev": 61})
    found = output('%evt.time.s %toupper(proc.name) %fd.types %fd.dev %proc.name %user.name %join(",", (evt.num, evt.type))')
    assert found.field_values(happened) == {
        "evt.time.s": 1_795_477_461_000_000_001,
        "proc.name": "cat",
        "fd.types": None,
        "fd.dev": "3D",
        "user.name": None,
        "evt.num": 7,
        "evt.type": "openat",
    }


@pytest.mark.parametrize(
    "field, printed",
    [
        ("evt.rawtime.s", "1795477461"),
        ("evt.rawtime.ns", "000000005"),
        ("evt.reltime.s", "2"),
        ("evt.reltime.ns", "000000001"),
        ("evt.deltatime.s", "<NA>"),
        ("evt.buflen.in", "80"),
        ("evt.buflen.out", "<NA>"),
        ("evt.buflen.file.in", "80"),
        ("evt.buflen.net.in", "<NA>"),
        ("evt.count", "1"),
        ("evt.count.error", "0"),
        ("evt.is_async", "false"),
    ],
)
def test_fields_that_follow_from_others(field: str, printed: str) -> None:
    fields = {
        "evt.reltime": 2_000_000_001,
        "evt.buflen": 80,
        "evt.is_io_read": True,
        "evt.is_io_write": False,
        "fd.typechar": "f",
    }
    happened = Event(1, 1_795_477_461_000_000_005, "read", fields=fields)
    assert output(f"%{field}").render(happened) == printed
    assert output(f"%{field}").render(Event(1, 7, "read", fields={field: "as told"})) == "as told"


def test_deprecated_fields_are_looked_for_in_the_text() -> None:
    found = output("%evt.latency.ns")
    assert [warning.deprecated_field for warning in found.warnings] == ["evt.latency", "evt.latency.ns"]


def test_times(monkeypatch: pytest.MonkeyPatch) -> None:
    assert format_time(1_795_477_461_000_000_001, iso=True) == "2026-11-23T23:44:21.000000001+0000"
    assert output("%evt.time.iso8601").render(Event(1, 0, "open")) == "1970-01-01T00:00:00.000000000+0000"
    assert output("%evt.datetime").render(Event(1, 0, "open", fields={"evt.datetime": "recorded"})) == "recorded"


def test_lists_are_cut() -> None:
    assert len(value_text(("x" * 2000,))) == 1023
