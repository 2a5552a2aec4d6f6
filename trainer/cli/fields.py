"""How `cks-trainer fields` tells a field: one line, a block, or JSON."""

from __future__ import annotations

from typing import Final

from trainer.cli.console import paint
from trainer.engine import FieldInfo, load_catalogue

_WORDS: Final = {
    "en": {
        "type": "type",
        "class": "class",
        "written": "written",
        "about": "meaning",
        "value": "example value",
        "condition": "example condition",
        "output": "example output",
        "list": "list",
        "source": "in rules of the source",
        "deprecated": "deprecated",
        "required": "argument needed",
        "optional": "argument optional",
        "conditions_only": "none (the field is for conditions only)",
        "outputs_only": "none (the field is for outputs)",
        "not_used": "none (no rule should use the field any more)",
        "useless": "none (the field never has a useful value)",
        "no_value": "none",
    },
    "ko": {
        "type": "타입",
        "class": "분류",
        "written": "표기",
        "about": "의미",
        "value": "값 예시",
        "condition": "조건 예시",
        "output": "output 예시",
        "list": "목록",
        "source": "룰의 소스",
        "deprecated": "사용 중단",
        "required": "인자 필수",
        "optional": "인자 선택",
        "conditions_only": "없음(조건 전용 필드)",
        "outputs_only": "없음(output용 필드)",
        "not_used": "없음(더는 룰에 쓰지 않는 필드)",
        "useless": "없음(쓸모 있는 값이 나오지 않는 필드)",
        "no_value": "없음",
    },
}


def field_line(info: FieldInfo, language: str) -> str:
    note = f" ({_WORDS[language]['deprecated']})" if info.deprecated else ""
    return f"{paint(f'{info.name:<34}', bold=True)} {info.type:<12} {info.description.get(language, '')}{note}"


def field_block(info: FieldInfo, language: str) -> str:
    """All that is known of a field."""
    words = _WORDS[language]
    title = paint(info.name, bold=True) + (f" ({words['deprecated']})" if info.deprecated else "")
    type_ = f"{info.type}, {words['list']}" if info.is_list else info.type
    sources = ", ".join(load_catalogue().sources(info))
    rows = [("type", type_), ("class", f"{info.class_} ({words['source']}: {sources})")]
    if info.arguments:
        forms = info.arguments if info.argument == "required" else (info.name, *info.arguments)
        rows.append(("written", f"{', '.join(forms)} ({words[info.argument]})"))
    rows.append(("about", info.description.get(language, "")))
    rows += _example_rows(info, words)
    return "\n".join([title, *(f"  {words[key]}: {_indented(text)}" for key, text in rows)])


def _example_rows(info: FieldInfo, words: dict[str, str]) -> list[tuple[str, str]]:
    example = info.example
    if example is None:
        return []
    value = words["no_value"] if example.value_text is None else example.value_text
    if example.argument is not None and example.value_text is not None:
        value = f"{info.written(example.argument)} = {value}"
    if example.condition is not None:
        condition = example.condition
    else:
        condition = words["not_used" if info.deprecated else "outputs_only" if example.output is not None else "useless"]
    rows = [("value", value), ("condition", condition)]
    if example.output is not None:
        rows.append(("output", example.output))
    elif info.filter_only:
        rows.append(("output", words["conditions_only"]))
    return rows


def _indented(text: str) -> str:
    """A text of many lines, such as the JSON of jevt.obj, below its label."""
    return "\n    ".join(["", *text.splitlines()]) if "\n" in text else text


def field_json(info: FieldInfo) -> dict[str, object]:
    example = info.example
    return {
        "name": info.name,
        "type": info.type,
        "class": info.class_,
        "sources": list(load_catalogue().sources(info)),
        "list": info.is_list,
        "argument": info.argument,
        "written": list(info.arguments),
        "deprecated": info.deprecated,
        "description": dict(info.description),
        "example": None
        if example is None
        else {
            "field": info.written(example.argument),
            "value": example.value_text,
            "condition": example.condition,
            "output": example.output,
        },
    }
