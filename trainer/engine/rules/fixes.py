"""Plain words beside Falco's messages, and the edit that mends the text where it is plain what was meant."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import lru_cache
from itertools import takewhile

from trainer.diagnostics import Diagnostic, Edit, Fix, Said, say
from trainer.engine.fields import load_catalogue
from trainer.engine.rules.definitions import SYSCALL, Definitions, Priority
from trainer.engine.rules.plugins import catalogue_of
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
_INVENTED = {
    "username": "user.name", "user": "user.name", "proc.user": "user.name", "proc.username": "user.name", "proc.uid": "user.uid",
    "uid": "user.uid", "evt.user": "user.name", "evt.time.ns": "evt.time", "evt.timestamp": "evt.time", "timestamp": "evt.time",
    "time": "evt.time", "evt.name": "evt.type", "syscall": "evt.type", "syscall.name": "evt.type",
    "process.name": "proc.name", "proc.comm": "proc.name", "proc.path": "proc.exepath", "proc.command": "proc.cmdline",
    "proc.parent": "proc.pname", "proc.parent.name": "proc.pname", "proc.ppname": "proc.pname", "proc.args.all": "proc.args",
    "file.name": "fd.name", "file.path": "fd.name", "filename": "fd.name", "fd.path": "fd.name", "fd.filepath": "fd.name",
    "fd.dir": "fd.directory", "container": "container.name", "container.image.name": "container.image.repository",
    "image": "container.image.repository", "image.name": "container.image.repository", "k.pod.name": "k8s.pod.name",
    "pod.name": "k8s.pod.name", "k8s.pod": "k8s.pod.name", "pod": "k8s.pod.name", "k8s.namespace": "k8s.ns.name",
    "k8s.namespace.name": "k8s.ns.name", "k8s.pod.namespace": "k8s.ns.name", "namespace": "k8s.ns.name", "k8s.ns": "k8s.ns.name",
    "ns.name": "k8s.ns.name", "host.name": "evt.hostname", "hostname": "evt.hostname",
}  # fmt: skip
"""Fields that published answers use and Falco does not have."""


def with_help(diagnostic: Diagnostic, known: Definitions) -> Diagnostic:
    """The same diagnostic with ``help`` and, where it is easy, a ``fix``; and the macro that holds it, where nothing says so yet."""
    macros = [link.item_name for link in diagnostic.context[:-1] if link.item_type == "macro"]
    if macros and not diagnostic.notes:
        diagnostic = replace(diagnostic, notes=(say("in macro `{macro}`", macro=macros[-1]),))
    if diagnostic.fix is not None:
        return diagnostic
    found = _helper(str(diagnostic.message))
    if found is None:
        return diagnostic
    helper, word = found
    text, fix = helper(diagnostic, known, word)
    return replace(diagnostic, help=text if _better(text, diagnostic.help) else diagnostic.help, fix=fix)


@lru_cache(maxsize=512)
def _helper(message: str) -> tuple[_Helper, str] | None:
    """Who knows more about this message, and the word in it that matters."""
    for pattern, helper in _HELPERS:
        match = re.search(pattern, message)
        if match is not None:
            return helper, match.group(1) if match.groups() else ""
    return None


def _better(text: str, hint: str) -> bool:
    """A hint of the parser knows the condition only; what names the learner's macro knows more."""
    return bool(text) and (not hint or (isinstance(text, Said) and any("macro" in words for _, words in text.parts)))


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


def closest_field(name: str) -> str | None:
    """The field that was probably meant by a name that Falco does not have."""
    return _INVENTED.get(name.lower()) or closest(name, (info.name for info in load_catalogue().all()))


def replace_word(span: Span | None, old: str, new: str) -> Fix | None:
    """Puts ``new`` in the place of ``old``, when the span holds it once."""
    if span is None or span.text.count(old) != 1:
        return None
    start = span.start + span.text.index(old)
    return Fix(say("Replace `{old}` by `{new}`", old=old, new=new), (Edit(Span(span.file, start, start + len(old)), new),))


def _field(diagnostic: Diagnostic, known: Definitions, name: str) -> tuple[str, Fix | None]:
    bare = name.split("[")[0]
    if elsewhere := _of_other_source(diagnostic, known, bare):
        return elsewhere, None
    if name != bare and any(info.name == bare for info in load_catalogue().all()):
        return say("The field `{name}` takes no such argument.", name=bare), None
    meant = closest_field(bare)
    if meant is None:
        return say("Falco has no field `{name}`. The field list shows all fields by class.", name=name), None
    text = say("Falco has no field `{name}`; did you mean `{meant}`?", name=name, meant=meant)
    return text, replace_word(diagnostic.span, bare, meant)


def _of_other_source(diagnostic: Diagnostic, known: Definitions, name: str) -> str:
    """What to say of a field that rules of another event source have; empty for any other name."""
    catalogue = catalogue_of(known.loaded)
    info = next((info for info in catalogue.all() if info.name == name), None)
    rule = next((link.item_name for link in diagnostic.context if link.item_type == "rule"), "")
    own = known.rules[rule].source if rule in known.rules else SYSCALL
    if info is None or own in (sources := catalogue.sources(info)):
        return ""
    if not sources:
        return say("The field `{name}` comes with a plugin that this Falco does not load.", name=name)
    return say(
        "`{name}` is a field of the event source {source}, and this rule is one of {own}: see the rule's key `source`.",
        name=name,
        source=sources[0],
        own=own,
    )


def _output_token(diagnostic: Diagnostic, known: Definitions, _: str) -> tuple[str, Fix | None]:
    token = re.fullmatch(r"%[0-9]*([a-zA-Z][a-zA-Z0-9_.]*)(?:\[[^\]]*\])?", diagnostic.span.text) if diagnostic.span else None
    if token is None:
        return say("After a `%` comes the name of a field. A per cent sign itself cannot be printed."), None
    return _field(diagnostic, known, token.group(1).rstrip("."))


def _event_type(diagnostic: Diagnostic, known: Definitions, name: str) -> tuple[str, Fix | None]:
    if name in known.macros:
        return say("`{macro}` is a macro. A macro stands alone in a condition; it is no value of evt.type.", macro=name), None
    if name in known.lists:
        return say("`{name}` is a list: write `evt.type in ({name})`.", name=name), None
    meant = closest(name, load_catalogue().event_names)
    if meant is None:
        return say("evt.type takes names of system calls and events, such as execve, openat or connect."), None
    text = say("There is no event type `{name}`; did you mean `{meant}`?", name=name, meant=meant)
    return text, replace_word(diagnostic.span, name, meant)


def _macro(diagnostic: Diagnostic, known: Definitions, name: str) -> tuple[str, Fix | None]:
    if name in known.lists:
        return say("`{name}` is a list, not a macro: use it with a field, as in `proc.name in ({name})`.", name=name), None
    if name in known.macros:
        if diagnostic.help:
            return diagnostic.help, None
        return say(
            "The macro `{name}` is defined below this one; a macro sees only macros that stand before it.", name=name
        ), None
    if name in ("and", "or", "not"):
        return say("`{name}` must stand between or before checks; something is missing beside it.", name=name), None
    meant = closest(name, known.macros)
    if meant is None:
        text = say("No macro `{name}` is defined in the files loaded so far. Add `- macro: {name}` with a condition.", name=name)
        return text, None
    text = say("No macro `{name}` is defined; did you mean `{meant}`?", name=name, meant=meant)
    return text, replace_word(diagnostic.span, name, meant)


def _compared_macro(diagnostic: Diagnostic, known: Definitions, name: str) -> tuple[str, Fix | None]:
    """``container = true``: a macro is no field."""
    span = diagnostic.span
    if name not in known.macros or span is None or not re.match(r"[=!<>]|in\b", span.text):
        return "", None
    fix = None
    text = span.file.text
    before = re.search(rf"(?<![\w.]){re.escape(name)}\s*$", text[: span.start])
    after = re.match(r"==?\s*([\"']?)(true|false|yes|no|1|0)\1(?![\w.])", text[span.start :], re.IGNORECASE)
    if before is not None and after is not None:
        wanted = name if after.group(2).lower() in ("true", "yes", "1") else f"not {name}"
        edit = Edit(Span(span.file, before.start(), span.start + after.end()), wanted)
        fix = Fix(say("Write `{wanted}`", wanted=wanted), (edit,))
    return say(
        "`{macro}` is a macro, true or false by itself: write `{macro}` or `not {macro}`, and compare fields only.", macro=name
    ), fix


def _missing_comma(diagnostic: Diagnostic, known: Definitions, _: str) -> tuple[str, Fix | None]:
    """``in (bash sh)``: the second word stands where a comma must."""
    span = diagnostic.span
    if span is None or not re.match(r"[\w./*:-]+$|[\"'].", span.text) or span.text in ("and", "or"):
        return "", None
    before = re.search(r"\(([^()]*[\w./*:\"'-])[ \t]+$", span.file.text[: span.start])
    if before is None or re.search(r"\b(?:and|or)\b|[=<>]", before.group(1)):
        return "", None
    place = Span(span.file, before.end(1), before.end(1))
    return "", Fix(say("Put a comma between the two items"), (Edit(place, ","),))


def _name_alone(span: Span | None) -> tuple[str, Fix | None]:
    """A rule of hardly more than its name, which Falco takes for a change of ``enabled``: its other keys are mostly there, in the column of the dash."""
    text: str = say("This rule has no desc, condition, output or priority. They stand below `rule`, in its column.")
    if span is None:
        return text, None
    column, lines = span.position.column - 1, span.file.line_starts[span.position.line :]
    below = list(takewhile(lambda start: re.match(r" *[\w-]+:| {4}", span.file.text[start : start + 80]), lines))
    if not below:
        return text, None
    first = re.match(" *", span.file.text[below[0] :])
    missing = column - (first.end() if first else 0)
    if missing <= 0:
        return text, None
    edits = tuple(Edit(Span(span.file, start, start), " " * missing) for start in below)
    return text, Fix(say("Indent the lines below `rule`"), edits)


def _missing_key(diagnostic: Diagnostic, known: Definitions, key: str) -> tuple[str, Fix | None]:
    kind = diagnostic.context[-1].item_type if diagnostic.context else "item"
    if kind == "rule" and key == "enabled":
        return _name_alone(diagnostic.span)
    text: str = say("This {kind} needs the key `{key}`.", kind=kind, key=key)
    if kind == "rule":
        text += say(" A rule has rule, desc, condition, output and priority.")
    span = diagnostic.span
    example = _EXAMPLES.get(key)
    if span is None or example is None:
        return text, None
    line = span.position.line
    end = span.file.line_starts[line] if line < len(span.file.line_starts) else len(span.file.text)
    indent = " " * (span.position.column - 1)
    lead = "" if end == 0 or span.file.text[end - 1 : end] == "\n" else "\n"
    return text, Fix(say("Add `{key}`", key=key), (Edit(Span(span.file, end, end), f"{lead}{indent}{example}\n"),))


def _priority(diagnostic: Diagnostic, known: Definitions, _: str) -> tuple[str, Fix | None]:
    word = diagnostic.params.get("priority", "")
    names = [priority.name for priority in Priority]
    short = {"warn": "WARNING", "crit": "CRITICAL", "err": "ERROR", "emerg": "EMERGENCY", "high": "CRITICAL", "low": "NOTICE"}
    meant = short.get(word.lower()) or closest(word, names)
    text: str = say("A priority is one of {names}.", names=", ".join(names))
    if meant is None:
        return text, None
    text += say(" Did you mean {meant}?", meant=meant)
    return text, replace_word(diagnostic.span, word, meant) if word else None


def _unknown_key(diagnostic: Diagnostic, known: Definitions, key: str) -> tuple[str, Fix | None]:
    kind = diagnostic.context[-1].item_type if diagnostic.context else ""
    names = (
        RULE_KEYS if kind == "rule" else ("list", "items", "override") if kind == "list" else ("macro", "condition", "override")
    )
    meant = closest(key, names)
    if meant is None:
        return say("Falco ignores `{key}` here. Keys of a {kind}: {names}.", key=key, kind=kind, names=", ".join(names)), None
    text = say("Falco ignores `{key}`; did you mean `{meant}`?", key=key, meant=meant)
    return text, replace_word(diagnostic.span, key, meant)


def _no_rule(diagnostic: Diagnostic, known: Definitions, _: str) -> tuple[str, Fix | None]:
    name = diagnostic.params.get("rule", "")
    meant = closest(name, (other for other in known.rules if other != name))
    text: str = say("An append or override changes a rule that was loaded before; names are compared letter by letter.")
    if meant is None:
        return text, None
    return text + say(" Did you mean `{meant}`?", meant=meant), replace_word(diagnostic.span, name, meant)


def _broken_line(diagnostic: Diagnostic, known: Definitions, _: str) -> tuple[str, Fix | None]:
    """The line above says what is wrong where a comment ended its value."""
    span = diagnostic.span
    above = span.file.line_text(span.position.line - 1) if span is not None and span.position.line > 1 else ""
    if re.search(r":\s+[^\s\"'|>#][^\n]*\s#", above):
        return say(
            "In the line above ` #` begins a YAML comment, which ends the value: put the value in quotes or under `>`."
        ), None
    return say("This line is not indented as the lines of its item are."), None


def _said(template: str) -> _Helper:
    return lambda diagnostic, known, word: (say(template, word=word), None)


_COLON = "A colon and a blank start a value: put a text that holds them in quotes, and check the indentation."
_HELPERS: tuple[tuple[str, _Helper], ...] = (
    (r"nonexistent field (.+)$", _field),
    (r"is not a supported filter field", _said("The `fields` of an exception are names of Falco's fields.")),
    (r"unknown event type (.+)$", _event_type),
    (r"^Undefined macro '(.+)' used", _macro),
    (r"^unexpected token after '([a-zA-Z0-9_]+)', expecting", _compared_macro),
    (r"^expected a '\)' token$", _missing_comma),
    (r"^Item has no mapping for key '(.+)'", _missing_key),
    (r"^Mapping for key '(.+)' is empty", _said("The key `{word}` is there, but its value is missing.")),
    (r"^Invalid priority", _priority),
    (r"^Unknown key '(.*)'\.", _unknown_key),
    (r"no rule by that name already exists", _no_rule),
    (r"no macro by that name already exists", _said("Only a macro that was defined before can be appended to.")),
    (r"no list by that name already exists", _said("Only a list that was defined before can be appended to.")),
    (r"unexpected token after '$", _output_token),
    (r"cannot end with a %", _output_token),
    (r"illegal map value", _said(_COLON)),
    (r"illegal tab", _said("YAML is indented with blanks, never with tabs.")),
    (r"end of (?:sequence|map) not found", _broken_line),
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
        _said("Name `{word}` under `override` too, with append or replace, or take it out."),
    ),
    (r"^Key '(.+)' cannot be appended to", _said("`{word}` has one value only: name it under `override` with `replace`.")),
    (r"^Key '(.+)' cannot be replaced", _said("`{word}` is no key that `override` can change.")),
    (r"^Invalid override operation", _said("Under `override` every key has the word `append` or `replace`.")),
    (
        r"^An \w+ override for '(.+)' was specified but",
        _said(
            "`override` names `{word}`, but the item has no such key: add it with its new value, or take it out of `override`."
        ),
    ),
    (
        r"^Rule matches too many evt.type",
        _said("Say which events the rule is about, as in `evt.type in (execve, execveat) and ...`."),
    ),
    (r"^reference loop", _said("The macro uses itself, directly or through others.")),
    (r"re-defined with a different source", _said("A rule keeps the `source` of its first definition.")),
    (r"cannot be used together", _said("Leave `append: true` out: `override` says what is appended.")),
    (r"is not a valid number", _said("This field is a number: write digits only.")),
    (
        r"^Unknown source (.+), skipping",
        _said("The source `{word}` comes from a plugin that is not loaded; the rule never runs."),
    ),
    (
        r"^Unknown top level item",
        _said("An item begins with rule, macro, list, required_engine_version or required_plugin_versions."),
    ),
    (r"^Macro not referred to", _said("Nothing uses this macro. A rule uses it by its name, without quotes or a field.")),
    (r"^List not referred to", _said("Nothing uses this list. A rule uses it as in `proc.name in (name)`.")),
    (
        r"^Fields and values lists must have equal length",
        _said("Each entry of `values` is a list with one value for each of the `fields`, in their order."),
    ),
    (
        r"^Fields and comps lists must have equal length",
        _said("`comps` has one operator for each of the `fields`, in their order."),
    ),
    (r"^Fields and comps must both be strings", _said("Where `fields` is one name, `comps` is one operator, not a list.")),
    (
        r"^When fields is a single value",
        _said("Where `fields` is one name, its values make a list: `comps` is `in`, or `fields` and `comps` become lists."),
    ),
    (r"^Expected values array to contain", _said("Where `fields` is one name, `values` is a list of words, not of lists.")),
    (r"^Rule exception (?:item )?must have fields", _said("An exception says under `fields` which fields its values are for.")),
    (
        r"is not a supported comparison operator",
        _said("`comps` holds operators of conditions, such as =, in, startswith or pmatch."),
    ),
    (r"may be a valid field(?: transformer)? misused", _said("To compare with another field's value, write `val(field)`.")),
    (r"^'evt.dir = <'|due to the drop of enter events", _said("Leave the field out: Falco 0.42 and later report only returns.")),
    (r"^Macro has an invalid name", _said("A condition can only name a macro of letters, digits and `_`.")),
    (r"^List has an invalid name", _said("A condition can only name a list without blanks, quotes, commas and parentheses.")),
    (r"with no values$", _said("The exception gets no `values`, so nothing is added.")),
)
