"""Explanations: they agree with matching, their deciding checks decide, and their sentences name what happened."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.conditions import compiled, event, parsed
from trainer.engine.evaluate import Compiled, Explanation, compile_condition, deciding, explain, reason
from trainer.engine.filter.ast import AndExpr, Expansion, MacroExpr
from trainer.events import Event

CHECKS = st.sampled_from(
    [
        "proc.name = bash",
        "proc.name != dash",
        "proc.name in (bash, sh)",
        "fd.name startswith /etc",
        "fd.name exists",
        "evt.type = execve",
        "evt.type in (openat, open)",
        "fd.num >= 0",
        "proc.aname = cat",
        "not proc.aname in (cat)",
        "fd.sip = 10.0.0.1",
        "fd.snet in (10.0.0.0/8)",
        "fd.ip != 10.0.0.1",
        "proc.args intersects (-l)",
        "toupper(proc.name) = BASH",
        "proc.name = val(proc.pname)",
        "fd.name regex '/etc/.*w'",
        "proc.name endswith anyof (sh, at)",
    ]
)
CONDITIONS = st.recursive(
    CHECKS,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=4).flatmap(
            lambda parts: st.sampled_from([" and ", " or "]).map(lambda word: f"({word.join(parts)})")
        ),
        inner.map(lambda text: f"not ({text})"),
    ),
    max_leaves=10,
)
EVENTS = st.builds(
    lambda fields, kind: event({**fields, "evt.type": kind}, kind),
    st.fixed_dictionaries(
        {
            "proc.name": st.sampled_from([None, "bash", "dash", "cat"]),
            "proc.pname": st.sampled_from([None, "bash"]),
            "proc.args": st.sampled_from([None, ("-l",), ()]),
            "fd.name": st.sampled_from([None, "/etc/shadow", "/tmp/x"]),
            "fd.num": st.sampled_from([None, -1, 3]),
            "fd.type": st.sampled_from([None, "file", "ipv4"]),
            "fd.sip": st.sampled_from([None, "10.0.0.1", "8.8.8.8"]),
            "proc.aname": st.sampled_from([None, ("cat", "sh"), ("sh",), ()]),
        }
    ),
    st.sampled_from(["openat", "execve", "close"]),
)


def flipped(explanation: Explanation, leaves: set[int]) -> bool:
    """The result if the outcomes of these checks were the other way round."""
    if explanation.kind == "check":
        return explanation.matched is not (id(explanation) in leaves)
    results = [flipped(child, leaves) for child in explanation.children]
    if explanation.kind == "not":
        return not results[0]
    return any(results) if explanation.kind == "or" else all(results)


@given(CONDITIONS, EVENTS)
@settings(max_examples=400, deadline=None)
def test_explained_as_matched(condition: str, happened: Event) -> None:
    found = compiled(condition)
    explanation = explain(found, happened)
    assert explanation.matched is found.matches(happened)
    assert explanation.evaluated


@given(CONDITIONS, EVENTS)
@settings(max_examples=400, deadline=None)
def test_deciding_checks_decide_and_none_is_spare(condition: str, happened: Event) -> None:
    explanation = explain(compiled(condition), happened)
    leaves = deciding(explanation)
    ids = {id(leaf) for leaf in leaves}
    assert flipped(explanation, ids) is not explanation.matched
    for leaf in leaves:
        assert flipped(explanation, ids - {id(leaf)}) is explanation.matched


@given(CONDITIONS, EVENTS)
@settings(max_examples=200, deadline=None)
def test_sentences_name_field_and_value(condition: str, happened: Event) -> None:
    explanation = explain(compiled(condition), happened)
    for lang in ("en", "ko"):
        sentence = reason(explanation, lang)
        first = deciding(explanation)[0]
        assert first.field is not None
        if len(deciding(explanation)) == 1:
            assert first.field in sentence
        assert "{" not in sentence
        assert "\n" not in sentence


def explained(condition: str, **fields: object) -> Explanation:
    return explain(compiled(condition), event(None, "openat", **fields))


def test_short_circuit_is_marked() -> None:
    explanation = explained("proc.name = a and proc.name = b and proc.name = c", proc_name="x")
    assert [child.evaluated for child in explanation.children] == [True, False, False]
    explanation = explained("proc.name = x or proc.name = b", proc_name="x")
    assert [child.evaluated for child in explanation.children] == [True, False]


def test_a_check_says_what_was_there() -> None:
    found = explained("proc.name in (bash, sh)", proc_name="dash")
    assert (found.kind, found.field, found.actual, found.has_value) == ("check", "proc.name", "dash", True)
    assert (found.operator, found.expected, found.matched) == ("in", "(bash, sh)", False)
    assert found.span.text == "proc.name in (bash, sh)"
    assert explained("fd.name exists").has_value is False
    assert explained("proc.aname = a", proc_aname=("b", "c")).actual == ("b", "c")


def listed(condition: str, list_name: str) -> Compiled:
    """The condition as it is when its list was written by name."""
    expr = parsed(condition)
    items = tuple(replace(item, list_name=list_name) for item in expr.right.items)  # type: ignore[union-attr]
    found = compile_condition(replace(expr, right=replace(expr.right, items=items)))  # type: ignore[union-attr, arg-type]
    assert isinstance(found, Compiled)
    return found


def test_sentence_of_a_list() -> None:
    found = listed("proc.name in (bash, sh)", "shell_binaries")
    assert reason(explain(found, event(proc_name="dash"))) == (
        "it did not match: proc.name was `dash`, which is not in the list shell_binaries (bash, sh)"
    )
    assert (
        reason(explain(found, event(proc_name="bash"))) == "it matched: proc.name was `bash`, which is in the list shell_binaries"
    )
    assert reason(explain(found, event(proc_name="dash")), "ko") == (
        "일치하지 않았습니다: proc.name 값은 `dash`이며, 리스트 shell_binaries(bash, sh)에 없습니다"
    )


@pytest.mark.parametrize(
    "condition, value, words",
    [
        ("proc.name = bash", "dash", "proc.name was `dash`, which is not `bash`"),
        ("proc.name = bash", "", "proc.name was `(empty)`, which is not `bash`"),
        ("proc.name != bash", "bash", "proc.name was `bash`, which `proc.name != bash` excludes"),
        ("proc.name startswith ba", "sh", "proc.name was `sh`, which does not start with `ba`"),
        ("proc.name pmatch (/etc, /usr)", "/tmp/x", "proc.name was `/tmp/x`, which is under none of the paths /etc, /usr"),
        ("proc.name = anyof (a, b)", "c", "proc.name was `c`, so `proc.name = anyof (a, b)` is false"),
        ("proc.name = bash", None, "proc.name has no value on this event, so `proc.name = bash` is false"),
        ("not proc.name = bash", "bash", "proc.name was `bash`, as `proc.name = bash` asks; `not` turns that around"),
        (
            "not proc.name = bash",
            None,
            "proc.name has no value on this event, so `proc.name = bash` is false; `not` turns that around",
        ),
    ],
)
def test_sentences(condition: str, value: str | None, words: str) -> None:
    explanation = explained(condition, proc_name=value)
    assert reason(explanation) == ("it matched: " if explanation.matched else "it did not match: ") + words


def test_a_match_is_told_by_its_own_checks_not_by_the_common_ones() -> None:
    sentence = reason(explained("evt.type = openat and fd.name = /etc/shadow and not proc.name = sshd", evt_type="openat", fd_name="/etc/shadow", proc_name="cat"))  # fmt: skip
    assert sentence == "it matched: fd.name was `/etc/shadow`, as `fd.name = /etc/shadow` asks"


def test_macros_are_named() -> None:
    first, second = parsed("evt.type = openat"), parsed("proc.name = bash")
    body = replace(second, origin=Expansion("shell_procs", second.span))
    found = compile_condition(AndExpr((first, MacroExpr("shell_procs", body, second.span)), first.span))
    assert isinstance(found, Compiled)
    explanation = explain(found, event({"evt.type": "openat", "proc.name": "cat"}))
    assert explanation.children[1].kind == "macro"
    assert explanation.children[1].text == "shell_procs"
    assert reason(explanation).endswith("which is not `bash` (macro shell_procs)")
