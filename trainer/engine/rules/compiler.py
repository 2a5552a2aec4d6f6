"""From definitions to rules that run, in Falco's order of checks."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TypeVar

from trainer.diagnostics import Annotation, Code, Diagnostic, say
from trainer.engine.evaluate import Compiled, CompileError, compile_condition, compile_output
from trainer.engine.filter import ParseError, checks, parse_condition, walk
from trainer.engine.filter.ast import BinaryCheckExpr, Expr, FieldExpr, ListExpr, UnaryCheckExpr, ValueExpr
from trainer.engine.rules.chains import Trail, loop, origin_at, trail
from trainer.engine.rules.context import Context, Refused, Sink, error
from trainer.engine.rules.definitions import SYSCALL, Definitions, MacroDef, Priority, RuleDef
from trainer.engine.rules.exceptions import with_exceptions
from trainer.engine.rules.memory import Done, Memory, Past, takeable
from trainer.engine.rules.plugins import catalogue_of
from trainer.engine.rules.resolver import (
    MAX_CONDITION,
    MacroResolver,
    ResolvedList,
    Unresolved,
    VisibleMacros,
    resolve_lists,
    substitute,
)
from trainer.engine.rules.ruleset import CompiledRule, ListInfo, MacroInfo, Ruleset
from trainer.source import MappedText, Span

_NO_EVTTYPE = "Rule matches too many evt.type values. This has a significant performance penalty."
_CONTAINER_INFO = (
    "%container.info is deprecated and no more useful, and will be dropped by Falco 1.0.0. "
    "The container plugin will automatically add required fields to the output message."
)
_DEPRECATED_FIELDS = ("evt.dir", "evt.latency", "evt.latency.s", "evt.latency.ns", "evt.latency.human", "evt.wait_latency")
_SKIPPABLE = ("nonexistent field", "invalid formatting token", "unknown event type", "unknown filter:")
_OUTPUT_TOKEN = re.compile(r"%[0-9]*[a-zA-Z0-9_.]*(?:\[[^\]\s]*\])?")
_T = TypeVar("_T")


class FatalProblem(Exception):
    """Falco itself would end with this text."""

    def __init__(self, message: str, diagnostic: Diagnostic) -> None:
        super().__init__(message)
        self.message = message
        self.diagnostic = diagnostic


@dataclass
class RulesCompiler:
    known: Definitions
    sink: Sink
    min_priority: Priority
    keep_going: bool
    """Learner's mode: an error leaves out its rule only."""
    memory: Memory = field(default_factory=Memory)
    """Of the files before; what this compilation makes is added."""
    last_time: Memory | None = None
    """What was made when these files were last compiled, with other texts."""
    used_macros: set[str] = field(default_factory=set)
    used_lists: set[str] = field(default_factory=set)
    broken: dict[str, Span | None] = field(default_factory=dict)
    """Macros with an error, and where it is."""
    lists: dict[str, ResolvedList] = field(default_factory=dict)
    macros: dict[str, Expr] = field(default_factory=dict)
    _pasts: tuple[Past, ...] = ()

    def run(self) -> Ruleset | None:
        """None when an error stops the file."""
        self.lists, used = resolve_lists(self.known.lists)
        self.used_lists |= used
        self._pasts = (Past(self.memory, False), *([] if self.last_time is None else [Past(self.last_time, True)]))
        for past in self._pasts:
            past.compare_lists(self.lists)
        try:
            self._macros()
            rules = self._rules()
        except Refused as refused:
            self.sink.errors.append(refused.diagnostic)
            return None
        # What only a broken rule uses is used: the learner made one mistake, not two.
        if not (self.keep_going and (self.sink.errors or self.memory.reported)):
            self._unused()
        self.memory.lists, self.memory.macros = self.lists, self.macros
        return Ruleset(
            tuple(rules),
            {m.name: MacroInfo(m.name, m.condition.text, m.context.span, m.context.file) for m in self.known.macros.values()},
            {
                name: ListInfo(name, self.lists[name].items, d.context.span, d.context.file)
                for name, d in self.known.lists.items()
            },
        )

    def _attempt(self, work: Callable[[], _T], macro: str | None = None) -> _T | None:
        try:
            return work()
        except Refused as refused:
            if not self.keep_going:
                raise
            self._report(refused.diagnostic)
            if macro is not None:
                self.broken[macro] = refused.diagnostic.span
            return None

    def _report(self, found: Diagnostic) -> None:
        """Once for a broken rule, though later files compile it again."""
        key = (found.context[-2].item_name, found.span, found.message)
        if key not in self.memory.reported:
            self.memory.reported.add(key)
            self.sink.errors.append(found)

    def _take(self, past: Past, found: Done) -> None:
        self.used_macros |= found.macros
        self.used_lists |= found.lists
        if past.own:
            self.sink.warnings.extend(found.warnings)

    # Macros.

    def _macros(self) -> None:
        raw: dict[str, tuple[Expr, str, set[str]]] = {}
        taken = takeable(self._pasts, self.known.macros)
        for name, definition in self.known.macros.items():
            if name in taken:
                past, done = taken[name]
                assert not isinstance(done.result, CompiledRule)
                self._take(past, done)
                self.macros[name] = done.result
                self.memory.done["macro", name] = done
                continue
            # What was made of it before a list or macro of this file changed it must not come back the next time.
            self.memory.done.pop(("macro", name), None)
            parsed = self._attempt(partial(self._parse, definition.condition, definition.condition_context), name)
            if parsed is not None:
                raw[name] = parsed
                self.macros[name] = parsed[0]
        for name, (_, text, lists) in raw.items():
            definition = self.known.macros[name]
            resolved = self._attempt(partial(self._resolve_macro, definition), name)
            if resolved is None:
                del self.macros[name]
            else:
                self.macros[name] = resolved[0]
                self.memory.done["macro", name] = Done(
                    definition, resolved[0], definition.condition.text + text, frozenset(resolved[1]), frozenset(lists)
                )

    def _resolve_macro(self, definition: MacroDef) -> tuple[Expr, set[str]]:
        return self._resolve(self.macros[definition.name], definition.condition.text, definition.visibility, definition.context)

    def _parse(self, condition: MappedText, context: Context) -> tuple[Expr, str, set[str]]:
        substituted = substitute(condition, self.lists.values())
        if substituted is None:
            message = f"the condition is longer than {MAX_CONDITION} characters once its lists are put in"
            raise error(Code.LOAD_ERR_COMPILE_CONDITION, message, context, condition.whole)
        text, used = substituted
        self.used_lists |= used
        parsed = parse_condition(text)
        if isinstance(parsed, ParseError):
            place = context.expression(text.text, parsed.pos, parsed.span)
            raise error(Code.LOAD_ERR_COMPILE_CONDITION, parsed.message, place, parsed.span, hint=parsed.hint)
        return parsed, text.text, used

    def _resolve(self, expr: Expr, condition: str, visibility: int | None, context: Context) -> tuple[Expr, set[str]]:
        resolver = MacroResolver(VisibleMacros(self.known.macros, self.macros, visibility), frozenset(self.broken))
        try:
            resolved = resolver.run(expr)
        except RecursionError:
            raise error(
                Code.LOAD_ERR_COMPILE_CONDITION, "exceeded max depth limit of 1000", context.expression(condition, 0, expr.span)
            ) from None
        if isinstance(resolved, Unresolved):
            place = context.expression(condition, resolved.pos, resolved.span)
            hint: str = ""
            beside = Trail()
            if resolved.broken:
                hint = say("The macro '{macro}' exists, but its own condition has an error.", macro=resolved.name)
                if (wrong := self.broken.get(resolved.name)) is not None:
                    beside = Trail((Annotation(wrong, say("the error in macro `{macro}`", macro=resolved.name), primary=False),))
            elif resolved.path:
                beside = loop(resolved.path)
            raise error(
                Code.LOAD_ERR_VALIDATE, resolved.message, place, resolved.span, hint=hint, trail=beside, macro=resolved.name
            )
        self.used_macros |= resolver.used
        return resolved, resolver.used

    # Rules.

    def _rules(self) -> list[CompiledRule]:
        found: list[CompiledRule] = []
        for past in self._pasts:
            past.compare_macros(self.macros)
        for definition in self.known.rules.values():
            if definition.unknown_source:
                continue
            rule = self._attempt(partial(self._rule, definition))
            if rule is not None and rule.priority <= self.min_priority:
                found.append(rule)
        return found

    def _rule(self, rule: RuleDef) -> CompiledRule | None:
        for past in self._pasts:
            if (done := past.rule(rule)) is not None:
                assert isinstance(done.result, CompiledRule)
                self._take(past, done)
                self.memory.done["rule", rule.name] = done
                return done.result if done.result.index == rule.index else replace(done.result, index=rule.index)
        self.memory.done.pop(("rule", rule.name), None)
        said = len(self.sink.warnings)
        condition = with_exceptions(rule)
        output_text = self._output_text(rule)
        if not output_text.text:
            raise error(Code.LOAD_ERR_COMPILE_OUTPUT, "empty formatting token", rule.output_context, rule.output.whole)
        starred = MappedText.join([MappedText.at("*", rule.output.span(0, 0)), output_text])
        output = compile_output(starred, rule.source, catalogue_of(self.known.loaded))
        if isinstance(output, CompileError):
            token = _OUTPUT_TOKEN.match(starred.text, output.pos)
            where = starred.span(*token.span()) if token is not None else output.span
            self._refuse(rule, Code.LOAD_ERR_COMPILE_OUTPUT, replace(output, span=where), rule.output_context)
            return None
        expr, text, lists = self._parse(condition, rule.condition_context)
        expr, macros = self._resolve(expr, condition.text, None, rule.context)
        self._na_checks(rule, expr, condition.text)
        compiled = compile_condition(expr, rule.source, catalogue_of(self.known.loaded), self.memory.shared)
        if isinstance(compiled, CompileError):
            place = rule.condition_context.expression(condition.text, _check_pos(expr, compiled), compiled.span)
            self._refuse(rule, Code.LOAD_ERR_COMPILE_CONDITION, compiled, place, self._trail(rule, expr, compiled.span))
            return None
        self._condition_warnings(rule, compiled, condition.text)
        if rule.warn_evttypes and rule.source == SYSCALL and compiled.too_many_event_types:
            self.sink.warn(Code.LOAD_NO_EVTTYPE, _NO_EVTTYPE, rule.context)
        made = CompiledRule(
            rule.name,
            rule.context.file,
            rule.context.span,
            rule.description,
            rule.priority,
            rule.source,
            rule.tags,
            rule.enabled,
            compiled,
            output,
            rule.index,
            rule.condition.text,
            output_text.text,
        )
        warnings = tuple(self.sink.warnings[said:])
        done = Done(rule, made, condition.text + text, frozenset(macros), frozenset(lists), warnings)
        self.memory.done["rule", rule.name] = done
        return made

    def _condition_warnings(self, rule: RuleDef, compiled: Compiled, text: str) -> None:
        """Deprecated fields first, each once, then the rest in order."""
        by_field = {warning.deprecated_field: warning for warning in reversed(compiled.warnings)}
        for name in _DEPRECATED_FIELDS:
            if (old := by_field.get(name)) is not None:
                place = rule.condition_context.expression(text, None, old.span)
                beside = self._trail(rule, compiled.expr, old.span)
                self.sink.warn(old.code, old.message, place, old.span, deprecated_field=name, trail=beside)
        others = [warning for warning in compiled.warnings if warning.deprecated_field is None]
        if not others:
            return
        values = [node for node in walk(compiled.expr) if isinstance(node, ValueExpr)]
        for warning in others:
            same = (v.pos for v in values if v.span == warning.span and f"'{v.text}'" in warning.message)
            place = rule.condition_context.expression(text, next(same, 0), warning.span)
            self.sink.warn(
                warning.code, warning.message, place, warning.span, trail=self._trail(rule, compiled.expr, warning.span)
            )

    def _output_text(self, rule: RuleDef) -> MappedText:
        """The output without %container.info, with the warnings that Falco gives on the text."""
        text = rule.output
        if "%container.info" in text.text:
            self.sink.warn(Code.LOAD_DEPRECATED_ITEM, _CONTAINER_INFO, rule.context, _word_in(rule.output, "%container.info"))
        while (place := text.text.find("%container.info")) >= 0:
            text = MappedText.join([text.slice(0, place), text.slice(place + len("%container.info"), len(text.text))])
        for name in _DEPRECATED_FIELDS:
            if name in text.text:
                message = f"usage of deprecated field '{name}' has been detected in the rule output"
                where = _word_in(text, name)
                self.sink.warn(Code.LOAD_DEPRECATED_ITEM, message, rule.output_context, where, deprecated_field=name)
        return text

    def _refuse(self, rule: RuleDef, code: Code, problem: CompileError, context: Context, beside: Trail | None = None) -> None:
        where = problem.span
        if rule.skip_unknown and any(words in problem.message for words in _SKIPPABLE):
            self.sink.warn(Code.LOAD_UNKNOWN_FILTER, problem.message, context, where, trail=beside)
            return
        if problem.fatal:
            ends = say("Falco itself would end here: `Runtime error: {message}. Exiting.`", message=problem.message)
            beside = Trail((beside or Trail()).annotations, (*(beside or Trail()).notes, ends))
        refused = error(code, problem.message, context, where, trail=beside)
        if problem.fatal and not self.keep_going:
            raise FatalProblem(problem.message, refused.diagnostic)
        raise refused

    def _trail(self, rule: RuleDef, expr: Expr, span: Span) -> Trail:
        """The macros and the list that a refused place came out of."""
        found = trail(origin_at(expr, span), rule.name)
        names = (node.list_name for node in walk(expr) if isinstance(node, ValueExpr) and node.list_name and node.span == span)
        entry = self.known.lists.get(next(names, None) or "")
        if entry is None:
            return found
        place = Annotation(entry.context.span, say("the value comes from this list"), primary=False)
        return Trail((place, *found.annotations), found.notes)

    def _na_checks(self, rule: RuleDef, expr: Expr, text: str) -> None:
        for node in checks(expr):
            if not isinstance(node, BinaryCheckExpr) or not isinstance(node.left, FieldExpr):
                continue
            if not node.left.name.startswith(("ka.", "jevt.")) or node.operator not in (
                "=",
                "==",
                "!=",
                "in",
                "intersects",
                "pmatch",
            ):
                continue
            values = node.right.items if isinstance(node.right, ListExpr) else (node.right,)
            if any(isinstance(value, ValueExpr) and value.text == "<NA>" for value in values):
                place = rule.condition_context.expression(text, None, node.span)
                self.sink.warn(Code.LOAD_UNSAFE_NA_CHECK, "", place, node.span, trail=self._trail(rule, expr, node.span))

    def _unused(self) -> None:
        for name, macro in self.known.macros.items():
            if name not in self.used_macros:
                self.sink.warn(Code.LOAD_UNUSED_MACRO, "Macro not referred to by any other rule/macro", macro.context, macro=name)
        for name, entry in self.known.lists.items():
            if name not in self.used_lists:
                self.sink.warn(Code.LOAD_UNUSED_LIST, "List not referred to by any other rule/macro", entry.context, list=name)


def _word_in(text: MappedText, word: str) -> Span:
    """Where ``word`` first stands in the text."""
    place = text.text.index(word)
    return text.span(place, place + len(word))


def _check_pos(expr: Expr, problem: CompileError) -> int:
    """Falco points at the check that holds the refused value or field."""
    for node in walk(expr):
        if isinstance(node, BinaryCheckExpr | UnaryCheckExpr):
            parts = {id(part): part for part in walk(node)}
            if any(part.pos == problem.pos and part.span == problem.span for part in parts.values()):
                return node.pos
    return problem.pos
