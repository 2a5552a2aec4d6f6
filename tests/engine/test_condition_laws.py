"""Laws of the condition language, on generated conditions and events."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trainer.engine.evaluate import CompileError, compile_condition, deciding, explain, reason
from trainer.engine.filter import ParseError, parse_condition, to_string, tokenize, walk
from trainer.engine.filter.ast import AndExpr, Expr, NotExpr, OrExpr
from trainer.events import Event
from trainer.source import MappedText

FIELDS = {"proc.name": ["bash", "dash", "cat"], "fd.name": ["/etc/shadow", "/etc/shadow-"], "evt.type": ["openat", "execve"]}
CHECKS = st.one_of(
    st.sampled_from(
        [
            "proc.name = bash",
            "proc.name in (bash, sh)",
            "fd.name startswith /etc",
            "fd.name exists",
            "evt.type = execve",
            "evt.type in (openat, open)",
            "proc.name != dash",
            "fd.num >= 0",
            "proc.aname = cat",
        ]
    )
)
CONDITIONS = st.recursive(
    CHECKS,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        inner.map(lambda text: f"not ({text})"),
    ),
    max_leaves=8,
)
EVENTS = st.builds(
    lambda fields, kind: Event(1, 0, kind, "syscall", {**{k: v for k, v in fields.items() if v is not None}, "evt.type": kind}),
    st.fixed_dictionaries(
        {
            "proc.name": st.sampled_from([None, "bash", "dash", "cat"]),
            "fd.name": st.sampled_from([None, "/etc/shadow", "/etc/shadow-", "/tmp/x"]),
            "fd.num": st.sampled_from([None, -1, 3]),
            "proc.aname": st.sampled_from([None, ("cat", "sh"), ("sh",)]),
        }
    ),
    st.sampled_from(["openat", "execve", "close"]),
)


@given(CONDITIONS, EVENTS)
@settings(max_examples=300, deadline=None)
def test_compiled_and_explained_agree(condition: str, event: Event) -> None:
    compiled = compile_condition(parse_condition(MappedText.plain(condition)))  # type: ignore[arg-type]
    assert not isinstance(compiled, CompileError)
    explanation = explain(compiled, event)
    assert explanation.matched is compiled.matches(event)
    assert deciding(explanation)
    for lang in ("en", "ko"):
        assert deciding(explanation)[0].field in reason(explanation, lang)  # type: ignore[operator]


@given(st.text(max_size=60) | st.text("ab. ()='\"\\,notri[]<>1", max_size=40))
@settings(max_examples=500, deadline=None)
def test_no_text_raises(text: str) -> None:
    found = parse_condition(MappedText.plain(text))
    tokenize(text)
    if not isinstance(found, ParseError):
        for node in walk(found):
            assert 0 <= node.span.start <= node.span.end <= len(text)
        compile_condition(found)
    else:
        assert found.message


@given(CONDITIONS)
@settings(deadline=None)
def test_blanks_do_not_matter(condition: str) -> None:
    expected = to_string(parse_condition(MappedText.plain(condition)))  # type: ignore[arg-type]
    for blank in ("\n", "\t", "  ", "\r\n"):
        assert to_string(parse_condition(MappedText.plain(condition.replace(" ", blank)))) == expected  # type: ignore[arg-type]
    if "not not" not in expected:  # the parser cancels a pair
        assert to_string(parse_condition(MappedText.plain(expected))) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize("depth", [999, 50_000])
def test_deep_nesting_is_limited_not_fatal(depth: int) -> None:
    found = parse_condition(MappedText.plain("(" * depth + "a" + ")" * depth))
    if depth < 1000:
        assert not isinstance(found, ParseError)
    else:
        assert isinstance(found, ParseError)
        assert found.message == "exceeded max depth limit of 1000"


def test_precedence_and_flat_children() -> None:
    tree = parse_condition(MappedText.plain("a or b and not c or d"))
    assert isinstance(tree, OrExpr)
    assert len(tree.children) == 3
    middle = tree.children[1]
    assert isinstance(middle, AndExpr)
    assert isinstance(middle.children[1], NotExpr)


@pytest.mark.parametrize(
    "condition, word",
    [
        ("proc.name equals bash", "`=`"),
        ("proc.name = bash && evt.type = open", "and"),
        ("proc.name intersect (a)", "intersects"),
        ("(proc.name = bash", "closed"),
        ("proc.name = 'bash", "quote"),
        ("proc.name = bash)", "closing"),
    ],
)
def test_hints_say_what_was_meant(condition: str, word: str) -> None:
    found = parse_condition(MappedText.plain(condition))
    assert isinstance(found, ParseError)
    assert word in found.hint


def test_spans_slice_to_the_token() -> None:
    text = "evt.type = open and not proc.name in (a, 'b c')"
    tree: Expr = parse_condition(MappedText.plain(text))  # type: ignore[assignment]
    texts = {node.span.text for node in walk(tree)}
    assert {"evt.type", "open", "proc.name", "(a, 'b c')", "a", "'b c'", "not proc.name in (a, 'b c')"} <= texts
