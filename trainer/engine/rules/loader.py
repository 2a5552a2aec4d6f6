"""Loading rules files: read, collect and compile each in turn, as Falco does or as a learner needs it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from trainer.diagnostics import Code, Diagnostic
from trainer.engine.rules.compiler import FatalProblem, Memory, RulesCompiler
from trainer.engine.rules.context import Context, Refused, Sink, error
from trainer.engine.rules.definitions import Definitions, PluginRequirement, Priority
from trainer.engine.rules.fixes import with_help
from trainer.engine.rules.lints import lint, macro_as_event_type
from trainer.engine.rules.reader import parse_version, read_item, warn_unknown_keys
from trainer.engine.rules.ruleset import Ruleset
from trainer.engine.rules.schema import schema_warnings
from trainer.source import SourceFile, YamlMark, YamlScalar, YamlSequence, compose, is_null

Mode = Literal["learner", "falco"]
_LOADED_PLUGINS = {"container": (0, 7, 1)}


@dataclass(frozen=True, slots=True)
class FileResult:
    file: SourceFile
    successful: bool
    schema_valid: bool | None
    """None when the file is no YAML."""
    schema_warnings: tuple[str, ...] = ()
    errors: tuple[Diagnostic, ...] = ()
    warnings: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True)
class LoadResult:
    files: tuple[FileResult, ...]
    ruleset: Ruleset
    diagnostics: tuple[Diagnostic, ...] = ()
    ok: bool = True
    fatal: str | None = None
    """The text with which Falco itself would end, without a load result."""


@dataclass
class _State:
    known: Definitions = field(default_factory=Definitions)
    memory: Memory = field(default_factory=Memory)
    ruleset: Ruleset = field(default_factory=Ruleset)
    results: tuple[FileResult, ...] = ()
    fatal: str | None = None

    def copy(self) -> _State:
        return _State(self.known.copy(), self.memory.copy(), self.ruleset, self.results, self.fatal)


def load_rules(files: Sequence[SourceFile], *, mode: Mode = "learner", min_priority: Priority = Priority.DEBUG) -> LoadResult:
    """Loads files in order into one rule set.

    In the learner's mode each error costs its own item only, and the last file, the learner's, is also looked at by the lints. In
    Falco's mode a file stops at its first error, and ``fatal`` says with what text Falco would have ended.
    """
    if mode == "learner":
        state = _learner_state(tuple(files), min_priority)
    else:
        state = _State()
        for file in files:
            _load_file(state, file, min_priority, keep_going=False)
            if state.fatal is not None:
                break
    _check_plugins(state, files)
    found = [diagnostic for result in state.results for diagnostic in (*result.errors, *result.warnings)]
    if mode == "learner" and files:
        notes = [note for diagnostic in found if (note := macro_as_event_type(diagnostic, state.known)) is not None]
        found = [with_help(diagnostic, state.known) for diagnostic in found]
        before = _before_last(tuple(files[:-1]), min_priority).known
        found.extend((*notes, *lint(files, before, state.known, state.ruleset)))
    return LoadResult(
        state.results,
        state.ruleset,
        tuple(found),
        ok=state.fatal is None and all(result.successful for result in state.results),
        fatal=state.fatal,
    )


@lru_cache(maxsize=8)
def _before_last(files: tuple[SourceFile, ...], min_priority: Priority) -> _State:
    """State after the files before the learner's: the same at every key press."""
    state = _State()
    for file in files:
        _load_file(state, file, min_priority, keep_going=True)
    return state


def _learner_state(files: tuple[SourceFile, ...], min_priority: Priority) -> _State:
    if not files:
        return _State()
    state = _before_last(files[:-1], min_priority).copy()
    _load_file(state, files[-1], min_priority, keep_going=True)
    return state


def _load_file(state: _State, file: SourceFile, min_priority: Priority, *, keep_going: bool) -> None:
    sink = Sink()
    root = Context("rules content", "", file, YamlMark(0, 0, 0), file.span(0, 0))
    composed = compose(file)
    if composed.error is not None:
        problem = composed.error
        place = root if problem.is_conversion else root.child("value for", "", problem.mark, problem.span)
        sink.errors.append(error(Code.LOAD_ERR_YAML_PARSE, problem.full_message, place, problem.span).diagnostic)
        # The learner's other rules are not shown as missing: nothing of this file is read.
        state.results += (FileResult(file, False, None, (), tuple(sink.errors), ()),)
        return
    # What Falco's schema says never makes a file invalid: only `validate` prints it.
    schema = None if keep_going else schema_warnings(composed.documents)
    read = True
    for document in composed.documents:
        if document is None:
            continue
        try:
            if isinstance(document, YamlScalar):
                raise error(Code.LOAD_ERR_YAML_VALIDATE, "Rules content is not yaml", root, document.span)
            if not isinstance(document, YamlSequence):
                raise error(Code.LOAD_ERR_YAML_VALIDATE, "Rules content is not yaml array of objects", root, document.span)
        except Refused as refused:
            sink.errors.append(refused.diagnostic)
            read = False
            break
        for item in document.items:
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
        if not read and not keep_going:
            break
    if read or keep_going:
        compiler = RulesCompiler(state.known, sink, min_priority, keep_going, state.memory if keep_going else Memory())
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


def _check_plugins(state: _State, files: Sequence[SourceFile]) -> None:
    """Required plugins are checked when all files are loaded; an unmet one ends Falco."""
    if state.fatal is not None or not state.results or not state.results[-1].successful:
        return
    for requirement in state.known.plugins:
        problem = _unmet(requirement)
        if problem is None:
            continue
        state.fatal = f"Error: {problem}"
        return


def _unmet(requirement: PluginRequirement) -> str | None:
    wanted = ((requirement.name, requirement.version), *requirement.alternatives)
    for name, version in wanted:
        loaded = _LOADED_PLUGINS.get(name)
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
