"""Plain words beside Falco's messages, and the edit that mends the text where it is plain what was meant."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import lru_cache

from trainer.diagnostics import Diagnostic, Edit, Fix
from trainer.engine.fields import load_catalogue
from trainer.engine.rules.definitions import Definitions, Priority
from trainer.engine.rules.read_rule import RULE_KEYS
from trainer.source import Span

_Helper = Callable[[Diagnostic, Definitions, str], tuple[str, Fix | None]]
_EXAMPLES = {
    "desc": "desc: What the rule detects",
    "output": 'output: "Detected (user=%user.name process=%proc.name container=%container.name)"',
    "priority": "priority: WARNING",
    "condition": "condition: evt.type in (execve, execveat)",
    "items": "items: []",
}


def with_help(diagnostic: Diagnostic, known: Definitions) -> Diagnostic:
    """The same diagnostic with ``help`` and, where it is easy, a ``fix``."""
    if diagnostic.fix is not None:
        return diagnostic
    for pattern, helper in _HELPERS:
        match = re.search(pattern, diagnostic.message)
        if match is not None:
            text, fix = helper(diagnostic, known, match.group(1) if match.groups() else "")
            return replace(diagnostic, help=diagnostic.help or text, fix=fix)
    return diagnostic


def closest(word: str, choices: Iterable[str], cutoff: float = 0.6) -> str | None:
    """The choice that was probably meant; upper and lower case do not count."""
    return _closest(word, tuple(choices), cutoff)


@lru_cache(maxsize=512)
def _closest(word: str, choices: tuple[str, ...], cutoff: float) -> str | None:
    lowered: dict[str, str] = {}
    for choice in choices:
        lowered.setdefault(choice.lower(), choice)
    found = difflib.get_close_matches(word.lower(), lowered, n=1, cutoff=cutoff)
    return lowered[found[0]] if found else None


def replace_word(span: Span | None, old: str, new: str) -> Fix | None:
    """Puts ``new`` in the place of ``old``, when the span holds it once."""
    if span is None or span.text.count(old) != 1:
        return None
    start = span.start + span.text.index(old)
    return Fix(f"Replace `{old}` by `{new}`", (Edit(Span(span.file, start, start + len(old)), new),))


def _field(diagnostic: Diagnostic, known: Definitions, name: str) -> tuple[str, Fix | None]:
    bare = name.split("[")[0]
    names = [info.name for info in load_catalogue().all()]
    if name != bare and bare in names:
        return f"The field `{bare}` takes no such argument.", None
    meant = closest(bare, names)
    if meant is None:
        return f"Falco has no field `{name}`. The field list shows all fields by class.", None
    return f"Falco has no field `{name}`; did you mean `{meant}`?", replace_word(diagnostic.span, bare, meant)


def _event_type(diagnostic: Diagnostic, known: Definitions, name: str) -> tuple[str, Fix | None]:
    if name in known.macros:
        return f"`{name}` is a macro. A macro stands alone in a condition; it is no value of evt.type.", None
    if name in known.lists:
        return f"`{name}` is a list: write `evt.type in ({name})`.", None
    meant = closest(name, load_catalogue().event_names)
    if meant is None:
        return "evt.type takes names of system calls and events, such as execve, openat or connect.", None
    return f"There is no event type `{name}`; did you mean `{meant}`?", replace_word(diagnostic.span, name, meant)


def _macro(diagnostic: Diagnostic, known: Definitions, name: str) -> tuple[str, Fix | None]:
    if name in known.lists:
        return f"`{name}` is a list, not a macro: use it with a field, as in `proc.name in ({name})`.", None
    if name in known.macros:
        return f"The macro `{name}` is defined below this one; a macro sees only macros that stand before it.", None
    if name in ("and", "or", "not"):
        return f"`{name}` must stand between or before checks; something is missing beside it.", None
    meant = closest(name, known.macros)
    if meant is None:
        return f"No macro `{name}` is defined in the files loaded so far. Add `- macro: {name}` with a condition.", None
    return f"No macro `{name}` is defined; did you mean `{meant}`?", replace_word(diagnostic.span, name, meant)


def _missing_key(diagnostic: Diagnostic, known: Definitions, key: str) -> tuple[str, Fix | None]:
    kind = diagnostic.context[-1].item_type if diagnostic.context else "item"
    text = f"This {kind} needs the key `{key}`."
    if kind == "rule":
        text += " A rule has rule, desc, condition, output and priority."
    span = diagnostic.span
    example = _EXAMPLES.get(key)
    if span is None or example is None:
        return text, None
    line = span.position.line
    end = span.file.line_starts[line] if line < len(span.file.line_starts) else len(span.file.text)
    indent = " " * (span.position.column - 1)
    lead = "" if end == 0 or span.file.text[end - 1 : end] == "\n" else "\n"
    return text, Fix(f"Add `{key}`", (Edit(Span(span.file, end, end), f"{lead}{indent}{example}\n"),))


def _priority(diagnostic: Diagnostic, known: Definitions, _: str) -> tuple[str, Fix | None]:
    word = diagnostic.params.get("priority", "")
    names = [priority.name for priority in Priority]
    shown = ", ".join(names)
    short = {"warn": "WARNING", "crit": "CRITICAL", "err": "ERROR", "emerg": "EMERGENCY", "high": "CRITICAL", "low": "NOTICE"}
    meant = short.get(word.lower()) or closest(word, names)
    fix = replace_word(diagnostic.span, word, meant) if meant and word else None
    return f"A priority is one of {shown}." + (f" Did you mean {meant}?" if meant else ""), fix


def _unknown_key(diagnostic: Diagnostic, known: Definitions, key: str) -> tuple[str, Fix | None]:
    kind = diagnostic.context[-1].item_type if diagnostic.context else ""
    names = (
        RULE_KEYS if kind == "rule" else ("list", "items", "override") if kind == "list" else ("macro", "condition", "override")
    )
    meant = closest(key, names)
    if meant is None:
        return f"Falco ignores `{key}` here. Keys of a {kind}: {', '.join(names)}.", None
    return f"Falco ignores `{key}`; did you mean `{meant}`?", replace_word(diagnostic.span, key, meant)


def _no_rule(diagnostic: Diagnostic, known: Definitions, _: str) -> tuple[str, Fix | None]:
    name = diagnostic.params.get("rule", "")
    meant = closest(name, (other for other in known.rules if other != name))
    text = "An append or override changes a rule that was loaded before; names are compared letter by letter."
    if meant is None:
        return text, None
    return f"{text} Did you mean `{meant}`?", replace_word(diagnostic.span, name, meant)


def _said(text: str) -> _Helper:
    return lambda diagnostic, known, word: (text.replace("{}", word), None)


_HELPERS: tuple[tuple[str, _Helper], ...] = (
    (r"nonexistent field (.+)$", _field),
    (r"is not a supported filter field", _said("The `fields` of an exception are names of Falco's fields.")),
    (r"unknown event type (.+)$", _event_type),
    (r"^Undefined macro '(.+)' used", _macro),
    (r"^Item has no mapping for key '(.+)'", _missing_key),
    (r"^Mapping for key '(.+)' is empty", _said("The key `{}` is there, but its value is missing.")),
    (r"^Invalid priority", _priority),
    (r"^Unknown key '(.*)'\.", _unknown_key),
    (r"no rule by that name already exists", _no_rule),
    (r"no macro by that name already exists", _said("Only a macro that was defined before can be appended to.")),
    (r"no list by that name already exists", _said("Only a list that was defined before can be appended to.")),
    (r"unexpected token after '$", _said("After a `%` comes the name of a field. A per cent sign itself cannot be printed.")),
    (r"cannot end with a %", _said("After a `%` comes the name of a field. A per cent sign itself cannot be printed.")),
    (
        r"illegal map value",
        _said("A colon and a blank start a value: put a text that holds them in quotes, and check the indentation."),
    ),
    (r"illegal tab", _said("YAML is indented with blanks, never with tabs.")),
    (r"end of (?:sequence|map) not found", _said("This line is not indented as the lines of its item are.")),
    (r"end of (?:sequence|map) flow not found", _said("A bracket that opens a list or a map is not closed.")),
    (
        r"illegal block entry",
        _said("A list item (`- `) may not begin on this line, or is indented differently from its neighbours."),
    ),
    (r"unexpected scalar", _said("Something follows a quoted text. A quote inside quotes is doubled ('') or escaped (\\\").")),
    (r"unknown token", _said("A plain text may not begin with this character: put the value in quotes.")),
    (r"unexpected character in block scalar", _said("After `|` or `>` the text begins on the next line, indented more.")),
    (r"alias not found|referenced anchor", _said("A `*` begins a YAML alias: put the value in quotes.")),
    (
        r"unknown escape character",
        _said("In double quotes a backslash starts an escape: use single quotes, or double the backslash."),
    ),
    (r"^Value is not a sequence", _said("A list is expected here: `[a, b]`, or one `- item` a line.")),
    (
        r"^Value is not a scalar value",
        _said("One text is expected here, not a list or a map. A long condition may stand under `>`."),
    ),
    (r"^Value must be non-empty", _said("The value is an empty text.")),
    (r"^Can't decode YAML scalar value", _said("The value has the wrong type: true or false, or a number.")),
    (r"^Rules content is not yaml array", _said("A rules file is a list: every item begins with `- `.")),
    (r"^Rules content is not yaml$", _said("A rules file is a list of items such as `- rule: name`.")),
    (r"^Unexpected element type", _said("Every item of a rules file is a map, such as `- rule: name` with its keys below.")),
    (
        r"^Unexpected key '(.+)': no corresponding",
        _said("Name `{}` under `override` too, with append or replace, or take it out."),
    ),
    (
        r"^Rule matches too many evt.type",
        _said("Say which events the rule is about, as in `evt.type in (execve, execveat) and ...`."),
    ),
    (r"^reference loop", _said("The macro uses itself, directly or through others.")),
    (r"re-defined with a different source", _said("A rule keeps the `source` of its first definition.")),
    (r"cannot be used together", _said("Leave `append: true` out: `override` says what is appended.")),
    (r"is not a valid number", _said("This field is a number: write digits only.")),
    (r"^Unknown source (.+), skipping", _said("The source `{}` comes from a plugin that is not loaded; the rule never runs.")),
    (
        r"^Unknown top level item",
        _said("An item begins with rule, macro, list, required_engine_version or required_plugin_versions."),
    ),
    (r"^Macro not referred to", _said("Nothing uses this macro. A rule uses it by its name, without quotes or a field.")),
    (r"^List not referred to", _said("Nothing uses this list. A rule uses it as in `proc.name in (name)`.")),
)
