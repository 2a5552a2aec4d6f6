"""Loading rules files: read, collect and compile each in turn, as Falco does or as a learner needs it."""

from __future__ import annotations

import gc
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from trainer.diagnostics import Annotation, Code, Diagnostic, Severity, say
from trainer.engine.rules.compiler import FatalProblem, RulesCompiler
from trainer.engine.rules.context import Context, Refused, Sink, error
from trainer.engine.rules.definitions import Definitions, PluginRequirement, Priority
from trainer.engine.rules.excerpts import Layout, cut
from trainer.engine.rules.memory import Memory
from trainer.engine.rules.plugins import KNOWN_PLUGINS, loaded_version
from trainer.engine.rules.reader import parse_version, read_item, warn_unknown_keys
from trainer.engine.rules.ruleset import ListInfo, MacroInfo, Ruleset
from trainer.source import SourceFile, YamlMark, YamlNode, YamlScalar, YamlSequence, compose, frozen, is_null

if TYPE_CHECKING:
    from trainer.engine.rules.lints import Proofs

_MOST_ERRORS = 500
"""Items that cannot be read; a learner who has so many needs no more, and a hostile file has them by the million."""
Mode = Literal["learner", "falco"]


@frozen
class FileResult:
    file: SourceFile
    successful: bool
    schema_valid: bool | None
    """None when the file is no YAML."""
    schema_warnings: tuple[str, ...] = ()
    errors: tuple[Diagnostic, ...] = ()
    warnings: tuple[Diagnostic, ...] = ()


@frozen
class LoadResult:
    files: tuple[FileResult, ...]
    ruleset: Ruleset
    diagnostics: tuple[Diagnostic, ...] = ()
    ok: bool = True
    fatal: str | None = None
    """The text with which Falco itself would end, without a load result."""


@dataclass
class _State:
    """Of a load after some of its files. Places are in excerpts where files were cut."""

    known: Definitions = field(default_factory=Definitions)
    memory: Memory = field(default_factory=Memory)
    ruleset: Ruleset = field(default_factory=Ruleset)
    results: tuple[FileResult, ...] = ()
    fatal: str | None = None
    layout: Layout = field(default_factory=Layout)

    def copy(self) -> _State:
        return _State(self.known.copy(), self.memory.copy(), self.ruleset, self.results, self.fatal, self.layout.copy())


@dataclass
class _LastTime:
    """What loading files of these names made the last time."""

    memory: Memory | None = None
    proofs: Proofs | None = None


@lru_cache(maxsize=16)
def _last_time(names: tuple[str, ...], min_priority: Priority, loaded: frozenset[str]) -> _LastTime:
    return _LastTime()


def load_rules(
    files: Sequence[SourceFile],
    *,
    mode: Mode = "learner",
    min_priority: Priority = Priority.DEBUG,
    plugins: Collection[str] = (),
    matching: str = "first",
) -> LoadResult:
    """Loads files in order into one rule set.

    In the learner's mode each error costs its own item only, and the last file, the learner's, is also looked at by the lints. In
    Falco's mode a file stops at its first error, and ``fatal`` says with what text Falco would have ended.

    ``plugins`` are those that this Falco has loaded besides container, of ``k8saudit`` and ``json``: without k8saudit, as by default,
    rules of the source ``k8s_audit`` are skipped with LOAD_UNKNOWN_SOURCE. Names that the trainer does not know change nothing.
    ``matching`` is Falco's ``rule_matching``: what the lints say of a rule depends on it, the rule set does not.
    """
    loaded = frozenset(plugins) & KNOWN_PLUGINS
    with _no_collection():
        if mode == "learner":
            return _load_for_learner(tuple(files), min_priority, loaded, matching)
        state = _State(Definitions(loaded=loaded))
        for file in files:
            _load_file(state, file, min_priority, keep_going=False)
            if state.fatal is not None:
                break
        unmet = _check_plugins(state)
        return _result(state, [*_messages(state), *([unmet] if unmet else [])])


@contextmanager
def _no_collection() -> Iterator[None]:
    """Loading makes many objects that stay, and no garbage in circles: collections in the midst of it cost a third of its time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            if not gc.get_freeze_count():
                # All that there is becomes old without being looked through, or the first thing made from here on would pay for it.
                gc.freeze()
                gc.unfreeze()
            gc.enable()


def _messages(state: _State) -> list[Diagnostic]:
    return [found for result in state.results for found in (*result.errors, *result.warnings)]


def _result(state: _State, found: Sequence[Diagnostic]) -> LoadResult:
    good = state.fatal is None and all(result.successful for result in state.results)
    return LoadResult(state.results, state.ruleset, tuple(found), ok=good, fatal=state.fatal)


def _load_for_learner(files: tuple[SourceFile, ...], min_priority: Priority, loaded: frozenset[str], matching: str) -> LoadResult:
    # Late, like the schema below: each mode has its own helpers, and few programs load rules in both.
    from trainer.engine.rules.fixes import with_help
    from trainer.engine.rules.lints import Proofs, lint, macro_as_event_type

    if not files:
        return LoadResult((), Ruleset())
    for count in range(len(files)):
        # From the first on, so that each finds the one before it remembered.
        before = _after(files[:count], min_priority, loaded)
    state = _load_next(before, files, min_priority, loaded)
    unmet = _check_plugins(state)
    found = [*_messages(state), *([unmet] if unmet else [])]
    notes = [note for diagnostic in found if (note := macro_as_event_type(diagnostic, state.known)) is not None]
    found = [with_help(diagnostic, state.known) for diagnostic in found]
    own = tuple(state.layout.of(files[-1]))
    kept = _last_time(_names(files), min_priority, loaded)
    kept.proofs = kept.proofs or Proofs()
    found.extend((*notes, *lint(own, before.known, state.known, state.ruleset, matching, kept.proofs)))
    layout = state.layout
    state.results = tuple(
        replace(
            result,
            errors=tuple(layout.diagnostic(error) for error in result.errors),
            warnings=tuple(layout.diagnostic(warning) for warning in result.warnings),
        )
        for result in state.results
    )
    state.ruleset = _placed(state.ruleset, layout)
    return _result(state, [layout.diagnostic(diagnostic) for diagnostic in found])


def _placed(ruleset: Ruleset, layout: Layout) -> Ruleset:
    """The rule set with the places of rules, macros and lists in their files."""
    return Ruleset(
        tuple(replace(rule, file=layout.file(rule.file), span=layout.span(rule.span)) for rule in ruleset.rules),
        {m.name: MacroInfo(m.name, m.condition, layout.span(m.span), layout.file(m.file)) for m in ruleset.macros.values()},
        {
            found.name: ListInfo(found.name, found.items, layout.span(found.span), layout.file(found.file))
            for found in ruleset.lists.values()
        },
        layout.span,
    )


@lru_cache(maxsize=16)
def _after(files: tuple[SourceFile, ...], min_priority: Priority, loaded: frozenset[str]) -> _State:
    """State after the files before the learner's: the same at every key press."""
    if not files:
        return _State(Definitions(loaded=loaded))
    return _load_next(_after(files[:-1], min_priority, loaded), files, min_priority, loaded)


def _names(files: Sequence[SourceFile]) -> tuple[str, ...]:
    return tuple(file.name for file in files)


def _load_next(before: _State, files: tuple[SourceFile, ...], min_priority: Priority, loaded: frozenset[str]) -> _State:
    """The state after the last of ``files``."""
    state = before.copy()
    kept = _last_time(_names(files), min_priority, loaded)
    _load_file(state, files[-1], min_priority, keep_going=True, last_time=kept.memory)
    kept.memory = state.memory
    return state


def _load_file(
    state: _State, file: SourceFile, min_priority: Priority, *, keep_going: bool, last_time: Memory | None = None
) -> None:
    sink = Sink()
    # What Falco's schema says never makes a file invalid: only `validate` prints it.
    schema: Sequence[str] | None = None
    pieces = cut(file) if keep_going else None
    if pieces is not None:
        state.layout.add(file, pieces)
        read = _read_items(state, sink, [(_root(piece.excerpt), piece.item) for piece in pieces], keep_going)
    else:
        root = _root(file)
        composed = compose(file)
        if composed.error is not None:
            problem = composed.error
            place = root if problem.is_conversion else root.child("value for", "", problem.mark, problem.span)
            sink.errors.append(error(Code.LOAD_ERR_YAML_PARSE, problem.full_message, place, problem.span).diagnostic)
            # The learner's other rules are not shown as missing: nothing of this file is read.
            state.results += (FileResult(file, False, None, (), tuple(sink.errors), ()),)
            return
        if not keep_going:
            from trainer.engine.rules.schema import schema_warnings

            schema = schema_warnings(composed.documents)
        read = _read_documents(state, sink, root, composed.documents, keep_going)
    if read or keep_going:
        memory = state.memory if keep_going else Memory()
        compiler = RulesCompiler(state.known, sink, min_priority, keep_going, memory, last_time)
        try:
            ruleset = compiler.run()
        except FatalProblem as problem:
            state.fatal = f"Runtime error: {problem.message}. Exiting."
            ruleset = None
            sink.errors.append(problem.diagnostic)
        if ruleset is not None:
            state.ruleset = ruleset
    state.results += (
        FileResult(
            file,
            not sink.errors,
            None if schema is None else not schema,
            tuple(schema or ()),
            tuple(sink.errors),
            tuple(sink.warnings),
        ),
    )


def _root(file: SourceFile) -> Context:
    return Context("rules content", "", file, YamlMark(0, 0, 0), file.span(0, 0))


def _read_documents(state: _State, sink: Sink, root: Context, documents: Sequence[YamlNode | None], keep_going: bool) -> bool:
    """Whether all could be read."""
    for document in documents:
        if document is None:
            continue
        try:
            if isinstance(document, YamlScalar):
                raise error(Code.LOAD_ERR_YAML_VALIDATE, "Rules content is not yaml", root, document.span)
            if not isinstance(document, YamlSequence):
                raise error(Code.LOAD_ERR_YAML_VALIDATE, "Rules content is not yaml array of objects", root, document.span)
        except Refused as refused:
            sink.errors.append(refused.diagnostic)
            return False
        if not _read_items(state, sink, [(root, item) for item in document.items], keep_going) and not keep_going:
            return False
    return not sink.errors


def _read_items(state: _State, sink: Sink, items: Sequence[tuple[Context, YamlNode]], keep_going: bool) -> bool:
    read = True
    for root, item in items:
        if is_null(item):
            continue
        try:
            read_item(item, state.known, sink, root)
        except Refused as refused:
            sink.errors.append(refused.diagnostic)
            read = False
            if not keep_going:
                break
            warn_unknown_keys(item, sink, root)
            if len(sink.errors) >= _MOST_ERRORS:
                break
    return read


def _check_plugins(state: _State) -> Diagnostic | None:
    """Required plugins are checked when all files are loaded; an unmet one ends Falco."""
    if state.fatal is not None or not state.results or not state.results[-1].successful:
        return None
    for requirement in state.known.plugins:
        problem = _unmet(requirement, state.known.loaded)
        if problem is None:
            continue
        state.fatal = f"Error: {problem}"
        return Diagnostic(
            Code.TRN_FATAL,
            Severity.ERROR,
            problem,
            (Annotation(requirement.context.span),),
            help=say(
                "Falco ends here: no plugin of this name and version is loaded. Take the requirement out, or ask for what is there."
            ),
        )
    return None


def _unmet(requirement: PluginRequirement, plugins: frozenset[str]) -> str | None:
    wanted = ((requirement.name, requirement.version), *requirement.alternatives)
    for name, version in wanted:
        loaded = loaded_version(name, plugins)
        if loaded is None:
            continue
        needed = parse_version(version)
        if needed is not None and needed[0] == loaded[0] and needed <= loaded:
            return None
        shown = ".".join(map(str, loaded))
        return f"Plugin '{name}' version '{shown}' is not compatible with required plugin version '{version}'"
    return "Plugin requirement not satisfied, must load one of: " + ", ".join(
        f"{name} (>= {version})" for name, version in wanted
    )
