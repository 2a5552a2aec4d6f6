"""Reading a pack's YAML: typed access to a mapping that turns whatever is wrong into diagnostics with a place."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from pathlib import Path

from trainer.diagnostics import Annotation, Code, Diagnostic, Severity
from trainer.errors import TrainerError
from trainer.source import SourceFile, Span
from trainer.source.files import read_source
from trainer.source.yaml import YamlMapping, YamlNode, YamlScalar, YamlSequence, compose, is_null, key_text, plain

Fill = Callable[[str, Span], str]


def _as_written(text: str, span: Span) -> str:
    return text


class Problems:
    """Diagnostics of one reading, in the order in which they were found."""

    def __init__(self) -> None:
        self.found: list[Diagnostic] = []

    def error(self, span: Span, message: str, help: str = "") -> None:
        self._add(Severity.ERROR, span, message, help)

    def warning(self, span: Span, message: str, help: str = "") -> None:
        self._add(Severity.WARNING, span, message, help)

    def note(self, span: Span, message: str, help: str = "") -> None:
        self._add(Severity.INFO, span, message, help)

    def file_error(self, path: Path, message: str, help: str = "") -> None:
        """A problem of a file that could not be read, or is not there."""
        self.error(SourceFile(str(path), "").whole, message, help)

    @property
    def has_errors(self) -> bool:
        return any(diagnostic.is_error for diagnostic in self.found)

    def _add(self, severity: Severity, span: Span, message: str, help: str) -> None:
        self.found.append(Diagnostic(Code.TRN_CONTENT, severity, message, (Annotation(span),), help=help))


def read_text_file(path: Path, problems: Problems, wanted: str = "") -> SourceFile | None:
    """``wanted``: what the format has in this file, for an author who left it out."""
    if wanted and not path.exists():
        problems.file_error(path, f"{path.name} is missing", wanted)
        return None
    try:
        return read_source(path)
    except TrainerError as error:
        problems.file_error(path, error.message, error.help)
        return None


def read_mapping(path: Path, problems: Problems, fill: Fill = _as_written, wanted: str = "") -> Fields | None:
    """The one mapping that a YAML file of a pack holds."""
    file = read_text_file(path, problems, wanted)
    if file is None:
        return None
    composed = compose(file)
    if composed.error is not None:
        problems.error(
            composed.error.span,
            f"this is not YAML: {composed.error.message}",
            "inside {...} and [...], put texts that hold , ? : or brackets in quotes",
        )
        return None
    if len(composed.documents) != 1 or not isinstance(composed.documents[0], YamlMapping):
        problems.error(file.span(0, 0), f"{path.name} must hold one mapping (key: value)")
        return None
    return Fields(composed.documents[0], problems, fill)


class Fields:
    """The keys of one mapping. Each is read once; ``done`` reports those that nobody asked for."""

    def __init__(self, node: YamlMapping, problems: Problems, fill: Fill = _as_written) -> None:
        self.node = node
        self.problems = problems
        self.fill = fill
        self._asked: set[str] = set()
        seen: set[str] = set()
        for key, _ in node.pairs:
            name = key_text(key) or ""
            if name in seen:
                problems.error(key.span, f"key {name!r} stands here twice")
            seen.add(name)

    @property
    def span(self) -> Span:
        """Short: the first key, so that a caret does not underline a whole file."""
        return self.node.pairs[0][0].span if self.node.pairs else self.node.span

    def has(self, key: str) -> bool:
        return self.node.get(key) is not None

    def at(self, key: str) -> Span:
        """Place of a key's value, or of the mapping where the key is absent."""
        value = self.node.get(key)
        return value.span if value is not None else self.span

    def at_item(self, key: str, index: int) -> Span:
        """Place of one entry of a key's list, from 0."""
        value = self.node.get(key)
        return value.items[index].span if isinstance(value, YamlSequence) and index < len(value.items) else self.at(key)

    def value(self, key: str, required: bool = False) -> YamlNode | None:
        self._asked.add(key)
        node = self.node.get(key)
        if is_null(node):
            if required:
                self.problems.error(self.span if node is None else node.span, f"key {key!r} is missing or empty")
            return None
        return node

    def text(self, key: str, default: str = "", *, required: bool = False) -> str:
        """A scalar as written: ``1.0`` stays ``1.0``."""
        node = self.value(key, required)
        return default if node is None else self._scalar(node, f"{key!r} must be a text", default)

    def optional_text(self, key: str) -> str | None:
        self._asked.add(key)
        return self.text(key) if self.has(key) else None

    def integer(self, key: str, default: int = 0, *, required: bool = False, low: int = 0, high: int = 1_000_000) -> int:
        return int(self._number(key, default, required, low, high, whole=True))

    def number(self, key: str, default: float, *, low: float, high: float) -> float:
        return self._number(key, default, False, low, high, whole=False)

    def _number(self, key: str, default: float, required: bool, low: float, high: float, whole: bool) -> float:
        node = self.value(key, required)
        if node is None:
            return default
        value = plain(node)
        if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)):
            self.problems.error(node.span, f"{key!r} must be a {'whole ' if whole else ''}number")
            return default
        if not low <= value <= high:
            self.problems.error(node.span, f"{key!r} must be between {low:g} and {high:g}")
            return default
        return float(value)

    def flag(self, key: str, default: bool = False) -> bool:
        node = self.value(key)
        if node is None:
            return default
        value = plain(node)
        if not isinstance(value, bool):
            self.problems.error(node.span, f"{key!r} must be true or false")
            return default
        return value

    def choice(self, key: str, choices: Sequence[str], default: str, *, required: bool = True) -> str:
        node = self.value(key, required)
        if node is None:
            return default
        text = self._scalar(node, f"{key!r} must be a text", default)
        if text not in choices:
            self.problems.error(node.span, f"{key!r} is {text!r}; it must be one of: {', '.join(choices)}")
            return default
        return text

    def texts(self, key: str, *, required: bool = False, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        """A list of scalars."""
        node = self.value(key, required)
        if node is None:
            return default
        if not isinstance(node, YamlSequence):
            self.problems.error(node.span, f"{key!r} must be a list")
            return default
        if required and not node.items:
            self.problems.error(node.span, f"{key!r} must not be empty")
        return tuple(self._scalar(item, f"an item of {key!r} must be a text", "") for item in node.items)

    def pairs(self, key: str) -> dict[str, str]:
        """A mapping of scalars to scalars."""
        fields = self.mapping(key)
        if fields is None:
            return {}
        name = f"a value of {key!r} must be a text"
        return {
            self.fill(key_text(k) or "", k.span): "" if is_null(v) else self._scalar(v, name, "") for k, v in fields.node.pairs
        }

    def mapping(self, key: str, *, required: bool = False) -> Fields | None:
        node = self.value(key, required)
        if node is None:
            return None
        if not isinstance(node, YamlMapping):
            self.problems.error(node.span, f"{key!r} must be a mapping")
            return None
        return Fields(node, self.problems, self.fill)

    def mappings(self, key: str, *, required: bool = False) -> tuple[Fields, ...]:
        """A list of mappings."""
        node = self.value(key, required)
        if node is None:
            return ()
        if not isinstance(node, YamlSequence):
            self.problems.error(node.span, f"{key!r} must be a list")
            return ()
        found = []
        for item in node.items:
            if isinstance(item, YamlMapping):
                found.append(Fields(item, self.problems, self.fill))
            else:
                self.problems.error(item.span, f"an item of {key!r} must be a mapping (key: value)")
        return tuple(found)

    def localised(self, key: str, languages: Sequence[str], *, required: bool = True) -> dict[str, str]:
        """Language to text. English must be there; another language that is missing is a warning."""
        node = self.value(key, required)
        if node is None:
            return {}
        if not isinstance(node, YamlMapping):
            self.problems.error(node.span, f"{key!r} must give its text by language", f"write {key}: {{en: ..., ko: ...}}")
            return {}
        texts: dict[str, str] = {}
        for name_node, value in node.pairs:
            name = key_text(name_node) or ""
            if name not in languages:
                self.problems.error(name_node.span, f"{name!r} is not a language of this pack ({', '.join(languages)})")
            elif is_null(value):
                self.problems.error(name_node.span, f"the {name} text of {key!r} is empty")
            else:
                texts[name] = self._scalar(value, f"the {name} text of {key!r} must be a text", "")
        there = node.keys()
        name_span = (self.node.key(key) or node).span
        for language in languages:
            if language not in there:
                tell = self.problems.error if language == "en" else self.problems.warning
                tell(name_span, f"{key!r} has no {language} text")
        return texts

    def ignore(self, *keys: str) -> None:
        self._asked.update(keys)

    def done(self, what: str) -> None:
        """Reports the keys that ``what`` does not have."""
        for key, _ in self.node.pairs:
            name = key_text(key) or ""
            if name not in self._asked:
                close = difflib.get_close_matches(name, sorted(self._asked), n=1)
                advice = f"did you mean {close[0]!r}?" if close else f"known keys: {', '.join(sorted(self._asked))}"
                self.problems.error(key.span, f"{what} has no key {name!r}", advice)

    def _scalar(self, node: YamlNode, message: str, default: str) -> str:
        if not isinstance(node, YamlScalar):
            advice = 'put it in quotes: "${name}"' if isinstance(node, YamlMapping) and node.flow else ""
            self.problems.error(node.span, message, advice)
            return default
        return self.fill(node.value, node.span)
