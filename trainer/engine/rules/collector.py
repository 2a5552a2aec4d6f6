"""Putting definitions together in file order: redefinition, append, override."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeVar

from trainer.diagnostics import Code
from trainer.engine.fields import FieldCatalogue
from trainer.engine.rules.context import Context, Refused, Sink, error
from trainer.engine.rules.definitions import Definitions, Entry, ExceptionDef, ListDef, MacroDef, RuleDef, RuleUpdate
from trainer.engine.rules.operators import field_exists, is_operator, is_single_field_operator
from trainer.engine.rules.plugins import catalogue_of, sources_of
from trainer.source import MappedText

_T = TypeVar("_T")


def _refuse(message: str, context: Context, **params: str) -> Refused:
    return error(Code.LOAD_ERR_VALIDATE, message, context, None, None, **params)


def define_list(known: Definitions, new: ListDef) -> None:
    now = known.tick()
    before = known.lists.get(new.name)
    known.lists[new.name] = replace(new, index=before.index if before else now, visibility=now)


def append_list(known: Definitions, new: ListDef) -> None:
    before = known.lists.get(new.name)
    if before is None:
        raise _refuse(
            "List uses 'append' or 'override.items: append' but no list by that name already exists", new.context, list=new.name
        )
    known.lists[new.name] = replace(before, items=before.items + new.items, visibility=known.tick())


def define_macro(known: Definitions, new: MacroDef) -> None:
    now = known.tick()
    before = known.macros.get(new.name)
    known.macros[new.name] = replace(new, index=before.index if before else now, visibility=now)


def append_macro(known: Definitions, new: MacroDef) -> None:
    before = known.macros.get(new.name)
    if before is None:
        raise _refuse(
            "Macro uses 'append' or 'override.condition: append' but no macro by that name already exists",
            new.context,
            macro=new.name,
        )
    known.macros[new.name] = replace(before, condition=append_text(before.condition, new.condition), visibility=known.tick())


def append_text(before: MappedText, more: MappedText) -> MappedText:
    """Both with one blank between, which stands where the new text begins."""
    return MappedText.join([before, MappedText.at(" ", more.span(0, 0)), more])


def define_rule(known: Definitions, new: RuleDef, sink: Sink) -> None:
    before = known.rules.get(new.name)
    if before is not None and before.source != new.source:
        raise _refuse("Rule has been re-defined with a different source", new.context)
    unknown = new.source not in sources_of(known.loaded)
    if unknown:
        sink.warn(Code.LOAD_UNKNOWN_SOURCE, f"Unknown source {new.source}, skipping", new.context, source=new.source)
    exceptions = new.exceptions
    if not unknown:
        checked = []
        for exception in exceptions:
            if not _given(exception.fields):
                raise _refuse("Rule exception item must have fields property with a list of fields", exception.context)
            checked.append(_validated(exception, new.source, catalogue_of(known.loaded)))
        exceptions = tuple(checked)
    now = known.tick()
    known.rules[new.name] = replace(
        new, exceptions=exceptions, unknown_source=unknown, index=before.index if before else now, visibility=now
    )


def enable_rule(known: Definitions, name: str, enabled: bool, context: Context) -> None:
    before = known.rules.get(name)
    if before is None:
        raise _refuse("Rule has 'enabled' key but no rule by that name already exists", context, rule=name)
    known.rules[name] = replace(before, enabled=enabled)


def append_rule(known: Definitions, update: RuleUpdate) -> None:
    before = known.rules.get(update.name)
    if before is None:
        raise _refuse(
            "Rule uses 'append' or 'override.<key>: append' but no rule by that name already exists",
            update.context,
            rule=update.name,
        )
    values = (update.condition, update.output, update.description, update.tags, update.exceptions)
    if all(value is None for value in values):
        raise _refuse("Appended rule must have exceptions or condition property", update.context)
    if update.source is not None and update.source != before.source:
        raise _refuse("Rule has been re-defined with a different source", update.context)
    changed: dict[str, Any] = {}
    if update.condition is not None and update.condition.text:
        changed["condition"] = append_text(before.condition, update.condition)
    if update.output is not None:
        changed["output"] = append_text(before.output, update.output)
    if update.description is not None:
        changed["description"] = f"{before.description} {update.description}"
    if update.tags is not None:
        changed["tags"] = tuple(sorted({*before.tags, *update.tags}))
    if update.exceptions is not None:
        changed["exceptions"] = _appended(before, update.exceptions, catalogue_of(known.loaded))
    known.rules[update.name] = replace(before, **changed, visibility=known.tick())


def _appended(rule: RuleDef, new: tuple[ExceptionDef, ...], catalogue: FieldCatalogue) -> tuple[ExceptionDef, ...]:
    found = list(rule.exceptions)
    for exception in new:
        place = next((index for index, old in enumerate(found) if old.name == exception.name), None)
        if place is None:
            if not _given(exception.fields):
                raise _refuse("Rule exception must have fields property with a list of fields", exception.context)
            if not exception.values:
                raise _refuse("Rule exception must have values property with a list of values", exception.context)
            found.append(exception if rule.unknown_source else _validated(exception, rule.source, catalogue))
            continue
        if _given(exception.fields):
            raise _refuse("Can not append exception fields to existing exception, only values", exception.context)
        if _given(exception.comps):
            raise _refuse("Can not append exception comps to existing exception, only values", exception.context)
        found[place] = replace(found[place], values=found[place].values + exception.values)
    return tuple(found)


def replace_rule(known: Definitions, update: RuleUpdate) -> None:
    before = known.rules.get(update.name)
    if before is None:
        raise _refuse(
            "An 'override.<key>: replace' to a rule was requested but no rule by that name already exists",
            update.context,
            rule=update.name,
        )
    if update.source is not None and update.source != before.source:
        raise _refuse("Rule has been re-defined with a different source", update.context)

    for exception in update.exceptions or ():
        if not before.exceptions and not before.unknown_source and not _given(exception.comps):
            # Falco reads past the end of its list here, and may crash.
            raise _refuse("Rule exception must have comps when exceptions are replaced", exception.context)
    known.rules[update.name] = replace(
        before,
        condition=_pick(update.condition, before.condition),
        condition_context=_pick(update.condition_context, before.condition_context),
        output=_pick(update.output, before.output),
        output_context=_pick(update.output_context, before.output_context),
        description=_pick(update.description, before.description),
        priority=_pick(update.priority, before.priority),
        enabled=_pick(update.enabled, before.enabled),
        tags=_pick(update.tags, before.tags),
        exceptions=_pick(update.exceptions, before.exceptions),
        warn_evttypes=_pick(update.warn_evttypes, before.warn_evttypes),
        skip_unknown=_pick(update.skip_unknown, before.skip_unknown),
        capture=_pick(update.capture, before.capture),
        capture_duration=_pick(update.capture_duration, before.capture_duration),
        visibility=known.tick(),
    )


def _pick(new: _T | None, old: _T) -> _T:
    return old if new is None else new


def _given(entry: Entry | None) -> bool:
    return entry is not None and (bool(entry.items) if entry.is_list else bool(entry.word))


def _word(text: str, like: Entry) -> Entry:
    """A default value, standing where ``like`` does."""
    place = like.text.whole if like.text is not None else None
    return Entry(MappedText.at(text, place)) if place is not None else Entry(MappedText.plain(text))


def _validated(exception: ExceptionDef, source: str, catalogue: FieldCatalogue) -> ExceptionDef:
    fields = exception.fields
    assert fields is not None
    if fields.is_list:
        comps = exception.comps
        if comps is None or not _given(comps):
            comps = Entry(items=tuple(_word("=", item) for item in fields.items))
        if not comps.is_list or len(fields.items) != len(comps.items):
            raise _refuse("Fields and comps lists must have equal length", exception.context)
        for comp in comps.items:
            if not is_operator(comp.word.strip()):
                raise _refuse(f"'{comp.word}' is not a supported comparison operator", exception.context, operator=comp.word)
        names = fields.items
    else:
        comps = exception.comps
        if comps is None or not _given(comps):
            comps = _word("in", fields)
        if comps.is_list:
            raise _refuse("Fields and comps must both be strings", exception.context)
        if not is_single_field_operator(comps.word.strip()):
            raise _refuse(
                "When fields is a single value, comps must be one of (in, pmatch, intersects) or a modifier operator "
                "(e.g. startswith oneof)",
                exception.context,
            )
        names = (fields,)
    for name in names:
        if not field_exists(name.word, source, catalogue):
            raise _refuse(f"'{name.word}' is not a supported filter field", exception.context, field=name.word)
    return replace(exception, comps=_trimmed(comps))


def _trimmed(entry: Entry) -> Entry:
    if entry.text is None:
        return Entry(items=tuple(_trimmed(item) for item in entry.items))
    word = entry.text.text
    start = len(word) - len(word.lstrip())
    return Entry(entry.text.slice(start, len(word.rstrip())))
