"""From definitions to rules that run, in Falco's order of checks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from trainer.diagnostics import Code, Diagnostic
from trainer.engine.evaluate import Compiled, CompileError, compile_condition, compile_output
from trainer.engine.filter import ParseError, parse_condition, walk
from trainer.engine.filter.ast import BinaryCheckExpr, Expr, FieldExpr, ListExpr, ValueExpr
from trainer.engine.rules.context import Context, Refused, Sink, error
from trainer.engine.rules.definitions import SYSCALL, Definitions, MacroDef, Priority, RuleDef
from trainer.engine.rules.exceptions import with_exceptions
from trainer.engine.rules.resolver import MacroResolver, ResolvedList, Unresolved, resolve_lists, substitute, visible_macros
from trainer.engine.rules.ruleset import CompiledRule, ListInfo, MacroInfo, Ruleset
from trainer.source import MappedText

_NO_EVTTYPE = "Rule matches too many evt.type values. This has a significant performance penalty."
_CONTAINER_INFO = (
    "%container.info is deprecated and no more useful, and will be dropped by Falco 1.0.0. "
    "The container plugin will automatically add required fields to the output message."
)
_DEPRECATED_FIELDS = ("evt.dir", "evt.latency", "evt.latency.s", "evt.latency.ns", "evt.latency.human", "evt.wait_latency")
_SKIPPABLE = ("nonexistent field", "invalid formatting token", "unknown event type", "unknown filter:")
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
    done: dict[str, Done] = field(default_factory=dict)
    """What was made of rules and macros before, so that a second file does not compile the first one's again."""
    used_macros: set[str] = field(default_factory=set)
    used_lists: set[str] = field(default_factory=set)
    broken: set[str] = field(default_factory=set)
    lists: dict[str, ResolvedList] = field(default_factory=dict)
    macros: dict[str, Expr] = field(default_factory=dict)

    def run(self) -> Ruleset | None:
        """None when an error stops the file."""
        self.lists, used = resolve_lists(self.known.lists)
        self.used_lists |= used
        try:
            self._macros()
            rules = self._rules()
        except Refused as refused:
            self.sink.errors.append(refused.diagnostic)
            return None
        self._unused()
        return Ruleset(
            tuple(rules),
            {m.name: MacroInfo(m.name, m.condition.text, m.context.span, m.context.file) for m in self.known.macros.values()},
            {
                name: ListInfo(name, self.lists[name].items, d.context.span, d.context.file)
                for name, d in self.known.lists.items()
            },
        )

    def _attempt(self, work: Callable[[], _T]) -> _T | None:
        try:
            return work()
        except Refused as refused:
            if not self.keep_going:
                raise
            self.sink.errors.append(refused.diagnostic)
            return None

    # Macros.

    def _macros(self) -> None:
        for definition in self.known.macros.values():
            parsed = self._attempt(lambda d=definition: self._parse(d.condition, d.condition_context)[0])  # type: ignore[misc]
            if parsed is None:
                self.broken.add(definition.name)
            else:
                self.macros[definition.name] = parsed
        for definition in self.known.macros.values():
            if definition.name not in self.macros:
                continue
            resolved = self._attempt(lambda d=definition: self._resolve_macro(d))  # type: ignore[misc]
            if resolved is None:
                self.broken.add(definition.name)
                del self.macros[definition.name]
            else:
                self.macros[definition.name] = resolved

    def _resolve_macro(self, definition: MacroDef) -> Expr:
        return self._resolve(self.macros[definition.name], definition.condition.text, definition.visibility, definition.context)

    def _parse(self, condition: MappedText, context: Context) -> tuple[Expr, str]:
        text, used = substitute(condition, self.lists.values())
        self.used_lists |= used
        parsed = parse_condition(text)
        if isinstance(parsed, ParseError):
            place = context.expression(text.text, parsed.pos, parsed.span)
            raise error(Code.LOAD_ERR_COMPILE_CONDITION, parsed.message, place, parsed.span, hint=parsed.hint)
        return parsed, text.text

    def _resolve(self, expr: Expr, condition: str, visibility: int | None, context: Context) -> Expr:
        resolver = MacroResolver(visible_macros(self.known.macros, self.macros, visibility), frozenset(self.broken))
        try:
            resolved = resolver.run(expr)
        except RecursionError:
            raise error(
                Code.LOAD_ERR_COMPILE_CONDITION, "exceeded max depth limit of 1000", context.expression(condition, 0, expr.span)
            ) from None
        if isinstance(resolved, Unresolved):
            place = context.expression(condition, resolved.pos, resolved.span)
            hint = f"The macro '{resolved.name}' exists, but its own condition has an error." if resolved.broken else ""
            raise error(Code.LOAD_ERR_VALIDATE, resolved.message, place, resolved.span, hint=hint, macro=resolved.name)
        self.used_macros |= resolver.used
        return resolved

    # Rules.

    def _rules(self) -> list[CompiledRule]:
        found: list[CompiledRule] = []
        for definition in self.known.rules.values():
            if definition.unknown_source:
                continue
            rule = self._attempt(lambda d=definition: self._rule(d))  # type: ignore[misc]
            if rule is not None and rule.priority <= self.min_priority:
                found.append(rule)
        return found

    def _rule(self, rule: RuleDef) -> CompiledRule | None:
        condition = with_exceptions(rule)
        output_text = self._output_text(rule)
        output = compile_output(output_text, rule.source)
        if isinstance(output, CompileError):
            return self._refuse(rule, Code.LOAD_ERR_COMPILE_OUTPUT, output, rule.output_context, rule.output.whole)
        expr, text = self._parse(condition, rule.condition_context)
        expr = self._resolve(expr, condition.text, None, rule.context)
        self._na_checks(rule, expr, text)
        compiled = compile_condition(expr, rule.source)
        if isinstance(compiled, CompileError):
            place = rule.condition_context.expression(text, compiled.pos, compiled.span)
            return self._refuse(rule, Code.LOAD_ERR_COMPILE_CONDITION, compiled, place, compiled.span)
        self._condition_warnings(rule, compiled, text)
        if rule.warn_evttypes and rule.source == SYSCALL and compiled.too_many_event_types:
            self.sink.warn(Code.LOAD_NO_EVTTYPE, _NO_EVTTYPE, rule.context)
        return CompiledRule(
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
            output_text,
        )

    def _condition_warnings(self, rule: RuleDef, compiled: Compiled, text: str) -> None:
        """Deprecated fields first, each once, then the rest in order."""
        by_field = {warning.deprecated_field: warning for warning in reversed(compiled.warnings)}
        for name in _DEPRECATED_FIELDS:
            if (old := by_field.get(name)) is not None:
                place = rule.condition_context.expression(text, None, old.span)
                self.sink.warn(old.code, old.message, place, old.span, deprecated_field=name)
        others = [warning for warning in compiled.warnings if warning.deprecated_field is None]
        if not others:
            return
        values = [node for node in walk(compiled.expr) if isinstance(node, ValueExpr)]
        for warning in others:
            same = (v.pos for v in values if v.span == warning.span and f"'{v.text}'" in warning.message)
            place = rule.condition_context.expression(text, next(same, 0), warning.span)
            self.sink.warn(warning.code, warning.message, place, warning.span)

    def _output_text(self, rule: RuleDef) -> str:
        """The output without %container.info, with the warnings that Falco gives on the text."""
        text = rule.output.text
        if "%container.info" in text:
            self.sink.warn(Code.LOAD_DEPRECATED_ITEM, _CONTAINER_INFO, rule.context, rule.output.whole)
            text = text.replace("%container.info", "")
        for name in _DEPRECATED_FIELDS:
            if name in text:
                message = f"usage of deprecated field '{name}' has been detected in the rule output"
                self.sink.warn(Code.LOAD_DEPRECATED_ITEM, message, rule.output_context, rule.output.whole, deprecated_field=name)
        return text

    def _refuse(self, rule: RuleDef, code: Code, problem: CompileError, context: Context, span: object) -> None:
        where = problem.span if code is Code.LOAD_ERR_COMPILE_CONDITION else rule.output.whole
        if rule.skip_unknown and any(words in problem.message for words in _SKIPPABLE):
            self.sink.warn(Code.LOAD_UNKNOWN_FILTER, problem.message, context, where)
            return None
        refused = error(code, problem.message, context, where)
        if problem.fatal and not self.keep_going:
            raise FatalProblem(problem.message, refused.diagnostic)
        raise refused

    def _na_checks(self, rule: RuleDef, expr: Expr, text: str) -> None:
        for node in walk(expr):
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
                self.sink.warn(Code.LOAD_UNSAFE_NA_CHECK, "", place, node.span)

    def _unused(self) -> None:
        for name, macro in self.known.macros.items():
            if name not in self.used_macros:
                self.sink.warn(Code.LOAD_UNUSED_MACRO, "Macro not referred to by any other rule/macro", macro.context, macro=name)
        for name, entry in self.known.lists.items():
            if name not in self.used_lists:
                self.sink.warn(Code.LOAD_UNUSED_LIST, "List not referred to by any other rule/macro", entry.context, list=name)
