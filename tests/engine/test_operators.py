"""Operators against libsinsp's answers, and the values that the data does not have."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conformance_report import problems
from tests.engine.conditions import compiled, event, parsed
from trainer.engine.evaluate import explain
from trainer.engine.evaluate.compile import Compiled, compile_filter
from trainer.engine.evaluate.operators import OPERATORS
from trainer.engine.fields import load_catalogue


@pytest.mark.parametrize("name, cases", [("operators", 676), ("operators-extra", 4869)])
def test_operators_match_as_libsinsp(name: str, cases: int) -> None:
    assert problems(name, {"match": cases, "explanation": cases}) == []


def test_boolean_cases_match_as_libsinsp() -> None:
    assert problems("boolean", {"match": 40}) == []


@pytest.mark.parametrize(
    "condition, fields, matched",
    [
        # a descriptor that is not connected yet compares as zeros, a file does not
        ("fd.ip != 10.0.0.1", {"fd.type": "ipv4"}, True),
        ("fd.port < 100", {"fd.type": "ipv4"}, True),
        ("fd.net = 0.0.0.0/0", {"fd.type": "ipv4"}, True),
        ("fd.ip != 10.0.0.1", {"fd.type": "file"}, False),
        ("fd.ip exists", {"fd.type": "file"}, True),
        ("fd.sip = val(fd.cip)", {"fd.sip": "127.0.0.1", "fd.cip": "127.0.0.1"}, True),
        ("fd.net != 10.0.0.0/8", {"fd.cip": "10.0.0.1", "fd.sip": "192.168.0.1"}, False),
        ("fd.net in (10.0.0.0/8, 192.168.0.0/16)", {"fd.sip": "192.168.0.1"}, False),
        ("fd.snet in (10.0.0.0/8, 192.168.0.0/16)", {"fd.sip": "192.168.0.1"}, True),
        ("proc.aname = bash", {"proc.name": "bash", "proc.aname": ("runc", "systemd")}, False),
        ("proc.aname = runc", {"proc.name": "bash", "proc.aname": ("runc", "systemd")}, True),
        ("proc.aname[2] = systemd", {"proc.name": "bash", "proc.aname": ("runc", "systemd")}, True),
        ("proc.aname[0] = bash", {"proc.name": "bash", "proc.aname": ("runc", "systemd")}, True),
        ("proc.aname[3] exists", {"proc.name": "bash", "proc.aname": ("runc", "systemd")}, False),
        ("proc.aname in (systemd)", {"proc.aname[1]": "runc", "proc.aname[2]": "systemd"}, True),
        ("proc.args[1] = /etc", {"proc.args": ("-l", "/etc")}, True),
        ("proc.args[5] = ''", {"proc.args": ("-l",)}, True),
        ("proc.args = '-l /etc'", {"proc.args": ("-l", "/etc")}, True),
        ("proc.env[HOME] = /root", {"proc.env": {"HOME": " /root "}}, True),
        ("proc.env contains 'HOME=/root'", {"proc.env": {"HOME": "/root"}}, True),
        ("evt.arg.flags contains O_CREAT", {"evt.arg": {"flags": "O_CREAT|O_RDWR"}}, True),
        ("fd.dev = 65024", {"fd.dev": "FE00"}, True),
        ("container.label[app] = web", {"container.labels": "", "container.label": {"app": "web"}}, True),
        ("container.label[app] = web", {"container.labels": "app:web, x:y"}, True),
        ("fd.name glob /tmp/caf?.txt", {"fd.name": "/tmp/café.txt"}, False),
        ("fd.name glob /tmp/caf??.txt", {"fd.name": "/tmp/café.txt"}, True),
        ("fd.name regex '/tmp/caf.[.]txt'", {"fd.name": "/tmp/café.txt"}, True),
        ("fd.types[1] in (ipv4)", {"fd.types[1]": ["ipv4"]}, True),
        ("fd.types[1] exists", {"fd.types": ["file", "ipv4"]}, False),
        ("b64(proc.name) exists", {"proc.name": "cat"}, False),
        ("evt.around[1000000] = 1", {}, True),
        ("evt.around[1000001] = 1", {}, False),
        ("evt.buffer contains abc", {"evt.buffer": b"xabcx"}, True),
        ("evt.buffer bcontains 00ff", {"evt.buffer": b"\x00\xff"}, True),
    ],
)
def test_values_and_shapes(condition: str, fields: dict[str, object], matched: bool) -> None:
    assert compiled(condition).matches(event(fields)) is matched


def test_one_table_has_every_operator_of_the_grammar() -> None:
    everything = {name for operators in OPERATORS.values() for name in operators}
    assert everything == {
        "=", "!=", "<", "<=", ">", ">=", "contains", "icontains", "bcontains", "startswith", "bstartswith", "endswith",
        "glob", "iglob", "regex", "pmatch", "in", "intersects",
    }  # fmt: skip


NAMES = [info.name for info in load_catalogue().all() if info.source == "syscall"]
CHECKS = st.tuples(
    st.sampled_from(NAMES),
    st.sampled_from(["", "", "[1]", "[x]", ".flags"]),
    st.sampled_from(
        [
            "= 1",
            "!= a",
            "> 1",
            "<= 0",
            "contains a",
            "icontains A",
            "startswith /",
            "endswith b",
            "glob a*",
            "iglob A*",
            "regex a.*b",
            "in (1, a)",
            "intersects (a)",
            "pmatch (/etc, /a)",
            "= anyof (1, 2)",
            "contains allof (a, b)",
            "bcontains 61",
            "exists",
            "= 10.0.0.1",
            "in (10.0.0.0/8)",
            "= true",
            "!= val(proc.name)",
            "in ()",
        ]
    ),
    st.sampled_from(
        ["{}", "{}", "toupper({})", "len({})", "b64({})", "basename({})", 'join(",", ({}, proc.name))', 'concat({}, "a")']
    ),
).map(lambda parts: f"{parts[3].format(parts[0] + parts[1])} {parts[2]}")
VALUES = st.one_of(
    st.text(max_size=8),
    st.sampled_from(["10.0.0.1", "::1", "true", "FE00", "\ud800", "\udcff", ""]),
    st.integers(-5, 2**70),
    st.floats(),
    st.booleans(),
    st.binary(max_size=6),
    st.lists(st.text(max_size=4), max_size=3).map(tuple),
    st.dictionaries(st.text(max_size=4), st.text(max_size=4), max_size=2),
)


@given(CHECKS, VALUES)
@settings(max_examples=1500, deadline=None)
def test_no_value_of_any_shape_raises(condition: str, value: object) -> None:
    found = compile_filter(parsed(condition))
    if isinstance(found, Compiled):
        name = re.search(r"[a-z0-9_]+(\.[a-z0-9_]+)+", condition)
        assert name is not None
        read = ["fd.cip", "fd.sport", "evt.arg", "proc.name", name.group(), f"{name.group()}[1]"]
        fields = dict.fromkeys(read, value)
        happened = event(fields)
        assert explain(found, happened).matched is found.matches(happened)
