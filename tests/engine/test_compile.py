"""What compiling a condition refuses and warns of, word for word, and the event types that a condition is tried on."""

from __future__ import annotations

import pytest

from tests.conformance_report import problems
from tests.engine.conditions import compiled, event, parsed, refused
from trainer.diagnostics import Code
from trainer.engine.evaluate import CompileError, SharedMacros, compile_condition
from trainer.engine.evaluate.compile import MAX_LEVELS, Compiled, compile_filter
from trainer.engine.filter.ast import AndExpr, Expr, MacroExpr


def test_conditions_are_refused_and_warned_as_by_falco() -> None:
    assert problems("compile", {"verdict": 382, "message": 218, "warnings": 164}) == []


def test_rules_are_refused_and_warned_as_by_falco() -> None:
    least = {"verdict": 285, "message": 146, "snippet": 146, "warnings": 280, "fatal text": 5}
    assert problems("compile-extra", least) == []


@pytest.mark.parametrize(
    "condition, message",
    [
        ("proc.nam = bash", "filter_check called with nonexistent field proc.nam"),
        ("evt.type = opn", "unknown event type opn"),
        ("proc.pid = 0x10", "0x10 is not a valid number"),
        ("fd.sport = -1", "unrecognized protocol -1"),
        ("fd.net = 10.0.0.1", "unrecognized IP network 10.0.0.1"),
        ("fd.net = 10.0.0/8", "unrecognized IP address 10.0.0/8"),
        ("evt.rawarg.sig = 9", "wrong parameter type 19"),
        ("fd.net = ::/0", "invalid v6 netmask 0"),
        ("fd.net = 10.0.0.0/33", "invalid netmask 33"),
        ("fd.sip = 10.0.0", "unrecognized IPv4 address 10.0.0"),
        ("proc.name regex 'a('", "invalid regex pattern: missing ): a("),
        ("proc.is_exe_writable = yes", "filter error: unrecognized boolean value yes"),
        ("fd.ip contains anyof (1.1.1.1)", "filter error: 'contains' with modifier not supported for ip address and network filters"),
        ("proc.name = val(proc.pid)", "field 'proc.name' has type 'CHARBUF' while the right-hand side field 'proc.pid' has incompatible type 'INT64'"),
        ("toupper(a.b) = x", "filter_check called with nonexistent field a.b"),
        ("toupper(proc.aname) = x", "field 'proc.aname' does not support transformers"),
        ("some_macro", "Undefined macro 'some_macro' used in filter."),
    ],
)  # fmt: skip
def test_messages(condition: str, message: str) -> None:
    assert refused(condition) == message


@pytest.mark.parametrize(
    "condition",
    ["fd.sport = 5000000000", "tolower(evt.type) = open", "evt.type = val(proc.name)", "toupper(proc.name, proc.exe) = A"],
)
def test_what_ends_a_real_falco_is_an_error_marked_fatal(condition: str) -> None:
    found = compile_condition(parsed(condition))
    assert isinstance(found, CompileError)
    assert found.fatal


def test_longest_constant_has_255_bytes() -> None:
    assert refused(f"proc.name = {'a' * 255}") is None
    assert refused(f"proc.name = {'a' * 256}") == f"filter parameter too long (used=257, available=256):{'a' * 256}"
    assert refused(f"proc.name = {'é' * 128}") == f"filter parameter too long (used=257, available=256):{'é' * 128}"


def test_errors_point_at_the_token() -> None:
    found = compile_condition(parsed("evt.type = open and proc.pid in (1, x)"))
    assert isinstance(found, CompileError)
    assert found.span.text == "x"
    assert found.message == "x is not a valid number"


@pytest.mark.parametrize(
    "condition, types",
    [
        ("evt.type = open", {"open"}),
        ("evt.type in (open, openat) and proc.name = a", {"open", "openat"}),
        ("evt.type = open or evt.type = close", {"open", "close"}),
        ("evt.type = open and evt.type = close", set()),
        ("not syscall.type exists", set()),
        ("not syscall.type exists or evt.num = 0", None),
        ("evt.type = open or proc.name = a", None),
        ("proc.name = a", None),
    ],
)
def test_event_types(condition: str, types: set[str] | None) -> None:
    found = compiled(condition)
    assert found.event_types == types
    assert found.too_many_event_types is (not types)


def test_negated_event_types_are_many() -> None:
    found = compiled("not evt.type = open")
    assert found.event_types is not None
    assert "open" not in found.event_types
    assert "close" in found.event_types
    assert found.too_many_event_types


def test_deprecated_fields_name_themselves() -> None:
    warning = compiled("evt.dir = <").warnings[0]
    assert (warning.code, warning.deprecated_field) == (Code.LOAD_DEPRECATED_ITEM, "evt.dir")


def macro(name: str, body: str) -> MacroExpr:
    expr = parsed(body)
    return MacroExpr(name, expr, expr.span)


def both(first: Expr, second: Expr) -> Expr:
    return AndExpr((first, second), first.span)


class Counting(dict[str, object]):
    """Fields that count how often proc.name is read."""

    reads = 0

    def get(self, key: str, default: object = None) -> object:
        self.reads += key == "proc.name"
        return super().get(key, default)


@pytest.mark.parametrize("name", ["bash", "dash"])
def test_a_shared_macro_runs_once_an_event(name: str) -> None:
    shared = SharedMacros()
    rules = [
        compile_filter(both(macro("shells", "proc.name in (bash, sh)"), parsed(f"proc.pid > {number}")), macros=shared)
        for number in range(5)
    ]
    happened = event({})
    counting = Counting({"proc.name": name, "proc.pid": 3})
    object.__setattr__(happened, "fields", counting)
    results = [rule.matches(happened) for rule in rules if isinstance(rule, Compiled)]
    assert results == ([True, True, True, False, False] if name == "bash" else [False] * 5)
    assert counting.reads == 1


def test_macros_that_differ_are_not_shared() -> None:
    shared = SharedMacros()
    first = compile_filter(macro("m", 'proc.name in ("a,", b)'), macros=shared)
    second = compile_filter(macro("m", 'proc.name in (a, ",b")'), macros=shared)
    assert isinstance(first, Compiled)
    assert isinstance(second, Compiled)
    happened = event(proc_name="b")
    assert first.matches(happened)
    assert not second.matches(happened)


def nested(levels: int) -> str:
    return "".join("(proc.name = a and (proc.pid = 1 or " for _ in range(levels // 2)) + "fd.num = 2" + "))" * (levels // 2)


def test_deep_conditions_are_refused_when_compiled_not_when_matched() -> None:
    assert refused(nested(2 * MAX_LEVELS)) == "exceeded max depth limit of 1000"
    assert compiled(nested(100)).matches(event({"proc.name": "a", "fd.num": 2})) is True
