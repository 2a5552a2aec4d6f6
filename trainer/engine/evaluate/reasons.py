"""One sentence for an explanation, in English or Korean: the deciding clause, and the value that the field really had."""

from __future__ import annotations

from typing import Any

from trainer.engine.evaluate.explain import Explanation, deciding

_EN = {
    "absent": "{field} has no value on this event, so `{text}` is false",
    "absent_fd": "{field} has no value: this event has no descriptor of that kind, so `{text}` is false",
    "list": "{field} was `{actual}`; the list {list} has {items}",
    "in": "{field} was `{actual}`, which is none of {items}",
    "check": "{field} was `{actual}`, so `{text}` is false",
    "true": "{field} was `{actual}`, so `{text}` is true",
    "true_list": "{field} was `{actual}`, which is in the list {list}",
    "negated": "; the condition excludes that",
    "matched": "it matched: {parts}",
    "missed": "it did not match: {parts}",
    "macro": " (in the macro {macro})",
    "join": "; and ",
    "more": " and {count} more",
}
_KO = {
    "absent": "이 이벤트에는 {field} 값이 없으므로 `{text}`은(는) 거짓입니다",
    "absent_fd": "{field} 값이 없습니다. 이 이벤트에는 그런 디스크립터가 없으므로 `{text}`은(는) 거짓입니다",
    "list": "{field} 값은 `{actual}`인데, 리스트 {list}에는 {items}만 있습니다",
    "in": "{field} 값은 `{actual}`이며, {items} 중 어느 것도 아닙니다",
    "check": "{field} 값이 `{actual}`이므로 `{text}`은(는) 거짓입니다",
    "true": "{field} 값이 `{actual}`이므로 `{text}`은(는) 참입니다",
    "true_list": "{field} 값 `{actual}`이(가) 리스트 {list}에 있습니다",
    "negated": " (조건은 이것을 제외합니다)",
    "matched": "일치했습니다: {parts}",
    "missed": "일치하지 않았습니다: {parts}",
    "macro": " (매크로 {macro} 안)",
    "join": "; 그리고 ",
    "more": " 외 {count}개",
}
_TABLES = {"en": _EN, "ko": _KO}


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
    return text if len(text) <= 80 else text[:77] + "..."


def reason(explanation: Explanation, lang: str = "en") -> str:
    """Why it matched or not, from the deciding checks (at most three of them)."""
    words = _TABLES.get(lang, _EN)
    leaves = deciding(explanation)
    parts = [_sentence(leaf, words, explanation) for leaf in leaves[:3]]
    text = words["join"].join(dict.fromkeys(parts))
    if len(leaves) > 3:
        text += words["more"].format(count=len(leaves) - 3)
    return words["matched" if explanation.matched else "missed"].format(parts=text)


def _sentence(leaf: Explanation, words: dict[str, str], whole: Explanation) -> str:
    items = (leaf.expected or "").strip("()").split(", ")
    listed = ", ".join(items[:8]) + (", ..." if len(items) > 8 else "")
    values = {
        "field": leaf.field or "",
        "actual": shown(leaf.actual),
        "text": _short(leaf.text),
        "list": leaf.list_name or "",
        "items": listed,
    }
    if leaf.matched:
        key = "true_list" if leaf.list_name else "true"
        if not leaf.has_value:
            key = "true"
            values["actual"] = "<NA>"
    elif not leaf.has_value:
        key = "absent_fd" if (leaf.field or "").startswith("fd.") else "absent"
    elif leaf.operator in ("in", "intersects"):
        key = "list" if leaf.list_name else "in"
    else:
        key = "check"
    text = words[key].format(**values)
    if leaf.matched is not whole.matched:
        text += words["negated"]
    origin = getattr(leaf.node, "origin", None)
    return text + (words["macro"].format(macro=origin.macro) if origin is not None else "")


def _short(text: str) -> str:
    return text if len(text) <= 100 else text[:97] + "..."
