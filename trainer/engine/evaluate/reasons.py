"""One sentence for an explanation, in English or Korean: the deciding checks, and the values that the fields really had."""

from __future__ import annotations

from typing import Any

from trainer.engine.evaluate.explain import Explanation, supporting
from trainer.engine.filter.ast import BinaryCheckExpr, ListExpr
from trainer.source import frozen

SHOWN_CHECKS = 3
SHOWN_ITEMS = 8
LENGTH = 90


@frozen
class _Words:
    """A language's phrases. In ``phrases``, per operator: what is said of a value that fails the check, and of one that passes."""

    matched: str
    missed: str
    join: str
    more: str
    macro: str
    turned: str
    absent: str
    absent_true: str
    one: str
    many: str
    """A field with several values (ancestors, both ends of a connection)."""
    outcome: tuple[str, str]
    empty: str
    phrases: dict[str, tuple[str, str]]


_EN = _Words(
    matched="it matched: {parts}",
    missed="it did not match: {parts}",
    join="; and ",
    more="; and {count} more",
    macro=" (macro {macro})",
    turned="; `not` turns that around",
    absent="{field} has no value on this event, so `{text}` is false",
    absent_true="`{text}` is true, though {field} has no value of its own",
    one="{field} was `{actual}`, {phrase}",
    many="{field} had the values `{actual}`, {phrase}",
    outcome=("so `{text}` is false", "so `{text}` is true"),
    empty="(empty)",
    phrases={
        "=": ("which is not `{expected}`", "as `{text}` asks"),
        "!=": ("which `{text}` excludes", "which is not `{expected}`"),
        "<": ("which is not less than `{expected}`", "which is less than `{expected}`"),
        "<=": ("which is more than `{expected}`", "which is at most `{expected}`"),
        ">": ("which is not more than `{expected}`", "which is more than `{expected}`"),
        ">=": ("which is less than `{expected}`", "which is at least `{expected}`"),
        "contains": ("which does not contain `{expected}`", "which contains `{expected}`"),
        "icontains": (
            "which does not contain `{expected}` in upper or lower case",
            "which contains `{expected}` in upper or lower case",
        ),
        "startswith": ("which does not start with `{expected}`", "which starts with `{expected}`"),
        "endswith": ("which does not end with `{expected}`", "which ends with `{expected}`"),
        "glob": ("which does not match the pattern `{expected}`", "which matches the pattern `{expected}`"),
        "iglob": ("which does not match the pattern `{expected}`", "which matches the pattern `{expected}`"),
        "regex": (
            "which the regular expression `{expected}` does not match as a whole",
            "which the regular expression `{expected}` matches",
        ),
        "in": ("which is none of {items}", "which is one of {items}"),
        "in list": ("which is not in the list {list} ({items})", "which is in the list {list}"),
        "intersects": ("which shares nothing with {items}", "which shares something with {items}"),
        "pmatch": ("which is under none of the paths {items}", "which is under one of the paths {items}"),
        "exists": ("so `{text}` is false", "so `{text}` is true"),
    },
)
_KO = _Words(
    matched="일치했습니다: {parts}",
    missed="일치하지 않았습니다: {parts}",
    join="; 그리고 ",
    more="; 그 밖에 {count}개",
    macro=" (매크로 {macro})",
    turned="; `not`이 이 결과를 뒤집습니다",
    absent="이 이벤트에는 {field} 값이 없으므로 `{text}`은(는) 거짓입니다",
    absent_true="{field} 자체의 값은 없지만 `{text}`은(는) 참입니다",
    one="{field} 값은 `{actual}`이며, {phrase}",
    many="{field} 값은 `{actual}`이며, {phrase}",
    outcome=("따라서 `{text}`은(는) 거짓입니다", "따라서 `{text}`은(는) 참입니다"),
    empty="(빈 값)",
    phrases={
        "=": ("`{expected}`이(가) 아닙니다", "`{text}` 조건을 만족합니다"),
        "!=": ("`{text}` 조건이 이 값을 제외합니다", "`{expected}`이(가) 아닙니다"),
        "<": ("`{expected}`보다 작지 않습니다", "`{expected}`보다 작습니다"),
        "<=": ("`{expected}`보다 큽니다", "`{expected}` 이하입니다"),
        ">": ("`{expected}`보다 크지 않습니다", "`{expected}`보다 큽니다"),
        ">=": ("`{expected}`보다 작습니다", "`{expected}` 이상입니다"),
        "contains": ("`{expected}`을(를) 포함하지 않습니다", "`{expected}`을(를) 포함합니다"),
        "icontains": (
            "대소문자를 구분하지 않아도 `{expected}`을(를) 포함하지 않습니다",
            "대소문자 구분 없이 `{expected}`을(를) 포함합니다",
        ),
        "startswith": ("`{expected}`(으)로 시작하지 않습니다", "`{expected}`(으)로 시작합니다"),
        "endswith": ("`{expected}`(으)로 끝나지 않습니다", "`{expected}`(으)로 끝납니다"),
        "glob": ("패턴 `{expected}`에 맞지 않습니다", "패턴 `{expected}`에 맞습니다"),
        "iglob": ("패턴 `{expected}`에 맞지 않습니다", "패턴 `{expected}`에 맞습니다"),
        "regex": ("정규식 `{expected}`에 전체가 맞지 않습니다", "정규식 `{expected}`에 맞습니다"),
        "in": ("{items} 중 어느 것도 아닙니다", "{items} 중 하나입니다"),
        "in list": ("리스트 {list}({items})에 없습니다", "리스트 {list}에 있습니다"),
        "intersects": ("{items}과(와) 겹치는 것이 없습니다", "{items}과(와) 겹치는 것이 있습니다"),
        "pmatch": ("{items} 중 어느 경로의 아래에도 없습니다", "{items} 중 한 경로의 아래에 있습니다"),
        "exists": ("따라서 `{text}`은(는) 거짓입니다", "따라서 `{text}`은(는) 참입니다"),
    },
)
_LANGUAGES = {"en": _EN, "ko": _KO}


def shown(value: Any) -> str:
    """A value as it stands in a sentence, cut to a readable length."""
    if isinstance(value, bool):
        text = "true" if value else "false"
    elif isinstance(value, bytes):
        text = value.decode("utf-8", "replace")
    elif isinstance(value, tuple):
        text = ", ".join(shown(item) for item in value)
    else:
        text = str(value)
    return text if len(text) <= LENGTH else f"{text[: LENGTH - 30]} ... {text[-25:]}"


def reason(explanation: Explanation, lang: str = "en") -> str:
    """Why it matched or not, from the deciding checks."""
    words = _LANGUAGES.get(lang, _EN)
    leaves = supporting(explanation)
    parts = list(dict.fromkeys(_sentence(leaf, words, explanation.matched) for leaf in leaves))
    text = words.join.join(parts[:SHOWN_CHECKS])
    if len(parts) > SHOWN_CHECKS:
        text += words.more.format(count=len(parts) - SHOWN_CHECKS)
    return (words.matched if explanation.matched else words.missed).format(parts=text)


def _sentence(leaf: Explanation, words: _Words, result: bool) -> str:
    items = _items(leaf)
    values = {
        "field": leaf.field or "",
        "actual": shown(leaf.actual) or words.empty,
        "text": _cut(leaf.text, 100),
        "expected": _cut(leaf.expected or "", 100) or words.empty,
        "list": leaf.list_name or "",
        "items": ", ".join(items[:SHOWN_ITEMS]) + (", ..." if len(items) > SHOWN_ITEMS else ""),
    }
    if not leaf.has_value:
        text = (words.absent_true if leaf.matched else words.absent).format(**values)
    else:
        several = isinstance(leaf.actual, tuple)
        phrase = (words.outcome if several else _phrases(leaf, words))[leaf.matched].format(**values)
        text = (words.many if several else words.one).format(phrase=phrase, **values)
    if leaf.matched is not result:
        text += words.turned
    origin = getattr(leaf.node, "origin", None)
    return text + (words.macro.format(macro=origin.macro) if origin is not None else "")


def _items(leaf: Explanation) -> list[str]:
    node = leaf.node
    if isinstance(node, BinaryCheckExpr) and isinstance(node.right, ListExpr):
        return [item.text for item in node.right.items]
    return []


def _phrases(leaf: Explanation, words: _Words) -> tuple[str, str]:
    operator = "=" if leaf.operator == "==" else leaf.operator or ""
    if operator in ("in", "intersects", "pmatch") and not _items(leaf):
        return words.outcome
    if operator == "in" and leaf.list_name:
        operator = "in list"
    return words.phrases.get(operator, words.outcome)


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 3] + "..."
