"""Laws of the parser on generated texts: it always answers, its two halves agree, its spans and its canonical text hold."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from trainer.engine.filter import ParseError, parse_condition, to_string, tokenize, walk
from trainer.engine.filter.ast import (
    AndExpr,
    BinaryCheckExpr,
    Expr,
    FieldExpr,
    FieldTransformerExpr,
    IdentifierExpr,
    ListExpr,
    NotExpr,
    OrExpr,
    TransformerListExpr,
    ValueExpr,
)
from trainer.engine.filter.diagnose import diagnose
from trainer.source import MappedText

PIECES = st.sampled_from([
    "a", "b.c", "evt.arg[0]", 'x.y["k"]', " ", "\n", "\t", "\b", "\v", "(", ")", "[", "]", ",", "and", "or", "not", "not(", "or(",
    "exists", "=", "!=", "<=", "in", "intersects", "contains ", "regex", "oneof", "len(", "val(", "join(", "b64", '"', "'", "\\",
    "'q r'", '"\\n"', '"\\x"', '"a\\\\"', "1", "-2.5e+3", "0x1f", "#", "&&", "é", "\0", " and ", " or ", " not ", " in (", "a.b = c",
])  # fmt: skip
TEXTS = st.text(max_size=40) | st.lists(PIECES, max_size=14).map("".join)

FIELDS = st.sampled_from(["proc.name", "fd.sport", "proc.aname[2]", "tolower(proc.name)", 'join(",", (fd.name, "x", 1))'])
BARE = st.from_regex(r"[a-z/.*0-9_-]{1,8}", fullmatch=True)
QUOTED = st.text("ab \t\"'\\=(),é", max_size=6).map(
    lambda text: '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t") + '"'
)
VALUES = BARE | QUOTED.filter(lambda text: not text.endswith('\\\\"'))
LISTS = st.lists(VALUES, max_size=3).map(lambda items: f"({', '.join(items)})")
CHECKS = st.one_of(
    st.tuples(FIELDS, st.sampled_from(["=", "==", "!=", "contains", "glob", "startswith"]), VALUES),
    st.tuples(FIELDS, st.sampled_from(["in", "intersects", "pmatch", "= oneof", "contains anyof"]), LISTS),
    st.tuples(FIELDS, st.sampled_from(["<", ">="]), st.sampled_from(["1", "-3", "0x1f", "val(fd.num)", "len(fd.name)"])),
    st.tuples(FIELDS, st.just("exists")),
    st.tuples(st.sampled_from(["spawned_process", "container", "andy", "order", "nothing"])),
).map(" ".join)
CONDITIONS = st.recursive(
    CHECKS,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from([" and ", " or "]), inner).map("".join),
        inner.map(lambda text: f"({text})"),
        inner.map(lambda text: f"not ({text})"),
        inner.map(lambda text: f"not({text})"),
    ),
    max_leaves=6,
)


def parsed(text: str) -> Expr:
    found = parse_condition(MappedText.plain(text))
    assert not isinstance(found, ParseError), (text, found.message)
    return found


@given(TEXTS)
@settings(max_examples=1500, deadline=None)
@example("")
@example(" \b\n")
@example("not \b not(a)")
@example('a.b = "\0"')
@example("a or(b) and c")
@example('a.b = "x\\\\" y"')
def test_every_text_has_an_answer_and_both_halves_agree(text: str) -> None:
    found = parse_condition(MappedText.plain(text))
    fault = diagnose(text, 1000)
    if isinstance(found, ParseError):
        assert fault is not None
        assert found.message == fault.message != ""
        assert 0 <= found.pos <= len(text)
        assert 0 <= found.span.start <= found.span.end <= len(text)
    else:
        assert fault is None


@given(TEXTS)
@settings(max_examples=500, deadline=None)
def test_tokens_cover_everything_but_blanks(text: str) -> None:
    rest = list(text)
    end = 0
    for token in tokenize(text):
        assert end <= token.start < token.end <= len(text)
        end = token.end
        rest[token.start : token.end] = " " * (token.end - token.start)
    assert not "".join(rest).strip()


@given(CONDITIONS, st.sampled_from(["\n", "\t", "   ", "\r\n", " \b "]))
@settings(max_examples=300, deadline=None)
def test_blanks_between_tokens_do_not_matter(condition: str, blank: str) -> None:
    spaced, end = "", 0
    for token in tokenize(condition):
        spaced += condition[end : token.start].replace(" ", blank) + condition[token.start : token.end]
        end = token.end
    assert to_string(parsed(blank + spaced + blank)) == to_string(parsed(condition))


@given(CONDITIONS)
@settings(max_examples=300, deadline=None)
def test_every_node_spans_its_own_text(condition: str) -> None:
    for node in walk(parsed(condition)):
        text = node.span.text
        assert node.pos == node.span.start
        assert text == text.strip()
        match node:
            case ValueExpr():
                assert text[:1] in ("'", '"') if node.quoted else text == node.text
            case FieldExpr():
                assert text.startswith(node.name)
            case FieldTransformerExpr():
                assert text.startswith(node.transformer + "(")
                assert text.endswith(")")
            case ListExpr() | TransformerListExpr():
                assert text[0] == "("
                assert text[-1] == ")"
            case IdentifierExpr():
                assert text == node.name
            case NotExpr():
                assert text.startswith("not")
            case BinaryCheckExpr():
                assert node.operator_span.text == node.operator
                assert text.startswith(node.left.span.text)
                assert text.endswith(node.right.span.text)
            case AndExpr() | OrExpr():
                # An operand in parentheses is inside the span with them, so the span parses alone to the same thing.
                assert to_string(parsed(text)) == to_string(node)


def printable(expr: Expr) -> bool:
    """Whether the canonical text can be read again: Falco quotes no parenthesis and no comma, and shows no empty constant."""
    texts = [node.text for node in walk(expr) if isinstance(node, ValueExpr)]
    for node in walk(expr):
        if isinstance(node, FieldTransformerExpr | TransformerListExpr):
            return False  # quoted arguments lose their quotes
        if isinstance(node, NotExpr) and isinstance(node.child, NotExpr):
            return False  # a printed pair cancels
    return all(text and not set(text) & set("(),\\") for text in texts)


@given(CONDITIONS)
@settings(max_examples=300, deadline=None)
def test_canonical_text_is_stable_where_it_can_be_read_again(condition: str) -> None:
    expr = parsed(condition)
    if printable(expr):
        assert to_string(parsed(to_string(expr))) == to_string(expr)


@pytest.mark.parametrize(
    "opening, inner, closing", [("(", "a", ")"), ("not(", "a", ")"), ("len(", "a.b", ")"), ("a or(", "a", ")")]
)
def test_depth_has_a_limit_and_no_frames(opening: str, inner: str, closing: str) -> None:
    tail = " = 1" if opening == "len(" else ""
    assert not isinstance(parse_condition(MappedText.plain(opening * 999 + inner + closing * 999 + tail)), ParseError)
    for count in (1000, 100_000 // len(opening)):
        found = parse_condition(MappedText.plain(opening * count + inner + closing * count + tail))
        assert isinstance(found, ParseError)
        assert found.message == "exceeded max depth limit of 1000"
        assert found.pos == 1000 * len(opening)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("a and " * 20_000 + "a", id="and"),
        pytest.param("not " * 20_000 + "a", id="not"),
        pytest.param("a.b in (" + "x, " * 30_000 + "x)", id="list"),
        pytest.param('a.b = "' + '\\"' * 50_000 + '"', id="escapes"),
        pytest.param('"' * 100_000, id="quotes"),
        pytest.param("a.b = '" + "\\'" * 50_000, id="unclosed"),
    ],
)
def test_long_texts_are_no_trouble(text: str) -> None:
    found = parse_condition(MappedText.plain(text))
    assert isinstance(found, ParseError) is (text.startswith('"') or text.endswith("\\'"))
    if not isinstance(found, ParseError):
        assert to_string(found)
