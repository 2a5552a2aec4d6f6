"""A file's items as they are written: keys, names, and what YAML makes of a value."""

from __future__ import annotations

import re
from collections.abc import Iterator

from trainer.diagnostics import Code, Diagnostic, Edit, Fix, Severity, say
from trainer.engine.rules.definitions import Definitions
from trainer.engine.rules.excerpts import items_of
from trainer.engine.rules.fixes import closest, replace_word
from trainer.engine.rules.lints.notes import note
from trainer.source import SourceFile, Span, YamlMapping, YamlScalar

_COMMENT = re.compile(r"[ \t]+(#[^\n]*)")
_OPEN_END = re.compile(r"(?:[=!<>,(]|\b(?:and|or|not|in|contains|startswith|endswith|glob|regex|pmatch))$")
_CONDITION = re.compile(
    r"[a-z0-9]\.[a-z][a-zA-Z0-9_.]*(?:\[[^\]]*\])?\s*(?:[=!<>]|\bin\b|\w+with\b|contains\b|exists\b)|^#\s*(?:and|or)\s"
)


def item_lints(file: SourceFile, before: Definitions) -> Iterator[Diagnostic]:
    for item in items_of(file):
        if isinstance(item, YamlMapping):
            yield from _append_key(item)
            yield from _rule_name(item, before)
            for key in ("condition", "output"):
                value = item.get(key)
                if isinstance(value, YamlScalar):
                    yield from _comment(key, value)
                    yield from _tag(item, key, value)


def _append_key(item: YamlMapping) -> Iterator[Diagnostic]:
    key, value = item.key("append"), item.get("append")
    if not isinstance(value, YamlScalar) or key is None or value.value.lower() not in ("true", "yes", "y", "on"):
        return
    keys = [name for name in ("items", "condition", "exceptions") if item.get(name) is not None]
    fix = None
    if keys and item.get("override") is None and not item.flow:
        indent = " " * (key.span.position.column - 1)
        lines = "".join(f"\n{indent}  {name}: append" for name in keys)
        fix = Fix(say("Use `override`"), (Edit(Span(key.span.file, key.span.start, value.span.end), f"override:{lines}"),))
    yield note(
        Code.TRN_APPEND_KEY,
        Severity.INFO,
        say("`append: true` is the old way to extend an item"),
        key.span,
        say(
            "Current Falco wants an `override` map that names each key with `append` or `replace`. With `append: true` a rule takes "
            "over condition and exceptions only; all other keys are ignored without a word."
        ),
        fix,
    )


def _rule_name(item: YamlMapping, before: Definitions) -> Iterator[Diagnostic]:
    node = item.get("rule")
    if not isinstance(node, YamlScalar) or not node.value or item.get("append") is not None or item.get("override") is not None:
        return
    if node.value in before.rules:
        if all(item.get(key) is not None for key in ("condition", "output", "desc", "priority")):
            yield note(
                Code.TRN_REDEFINES,
                Severity.INFO,
                say("this replaces the whole rule `{rule}`", rule=node.value),
                node.span,
                say(
                    "The rule of the earlier file is gone, with its exceptions and tags, but keeps its place in the order. To change "
                    "single keys, write only those and name them under `override`."
                ),
            )
        return
    meant = closest(node.value, before.rules, cutoff=0.87)
    if meant is not None and not _other_word(node.value, meant):
        yield note(
            Code.TRN_RULE_NAME_TYPO,
            Severity.WARNING,
            say("`{rule}` is a new rule; an earlier one is called `{meant}`", rule=node.value, meant=meant),
            node.span,
            say("Rule names are compared letter by letter. To change the earlier rule, its name must be the same."),
            replace_word(node.span, node.value, meant),
        )


def _other_word(name: str, other: str) -> bool:
    """Two names that differ in one whole word are two rules, not one misspelt."""
    pairs = list(zip(name.lower().split(), other.lower().split(), strict=False))
    if len(name.split()) != len(other.split()):
        return False
    return any(one != two and closest(one, (two,)) is None for one, two in pairs)


def _comment(key: str, value: YamlScalar) -> Iterator[Diagnostic]:
    """A blank and ``#`` end a plain value, though the author may have meant them as part of it."""
    if value.style or not value.value:
        return
    file = value.span.file
    match = _COMMENT.match(file.text, value.span.end)
    if match is None:
        return
    comment, text = match.group(1).rstrip(), value.value
    unfinished = text.count("(") > text.count(")") or (key == "condition" and (_open_quote(text) or bool(_OPEN_END.search(text))))
    if not unfinished and not (re.search(r"%[a-z]", comment) if key == "output" else _CONDITION.search(comment)):
        return
    fix = None
    if unfinished and "\n" not in value.span.text and not set('"\\') & set(text + comment):
        whole = Span(file, value.span.start, match.start(1) + len(comment))
        fix = Fix(say("Put the whole value in quotes"), (Edit(whole, f'"{whole.text}"'),))
    yield note(
        Code.TRN_YAML_COMMENT,
        Severity.WARNING if unfinished else Severity.INFO,
        say("from `#` on this is a YAML comment, not part of the {key}", key=key),
        Span(file, match.start(1), match.start(1) + len(comment)),
        say(
            "In a value without quotes a blank and `#` begin a comment. If the rest belongs to the value, put it in quotes or under `>`."
        ),
        fix,
    )


def _open_quote(text: str) -> bool:
    return text.count('"') % 2 == 1 or text.count("'") % 2 == 1


def _tag(item: YamlMapping, key: str, value: YamlScalar) -> Iterator[Diagnostic]:
    """``condition: !container``: YAML takes the word away as the value's tag."""
    name = item.key(key)
    if name is None or value.style or not value.tag.startswith("!"):
        return
    file = value.span.file
    match = re.compile(r"\s*:\s+(!(?!!)[^\s]+)").match(file.text, name.span.end)
    if match is None:
        return
    start, end = match.span(1)
    fix = Fix(say("Write `not` instead of `!`"), (Edit(Span(file, start, start + 1), "not "),)) if key == "condition" else None
    yield note(
        Code.TRN_YAML_TAG,
        Severity.WARNING,
        say("YAML reads `{word}` as a tag: it is no part of the {key}", word=match.group(1), key=key),
        Span(file, start, end),
        say("A value that begins with `!` loses its first word. In a condition write `not`; a text goes in quotes."),
        fix,
    )
