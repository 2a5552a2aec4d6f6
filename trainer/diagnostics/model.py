"""What is wrong: diagnostics as values. Who finds a problem makes a Diagnostic; who shows it renders it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from trainer.diagnostics.codes import Code
from trainer.source import SourceFile, Span, frozen


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@frozen
class Annotation:
    """A marked place; the primary one carries the caret."""

    span: Span
    message: str = ""
    primary: bool = True


@frozen
class Mark:
    """A yaml-cpp mark as Falco prints it: line and column 0-based, offset in bytes."""

    line: int
    column: int
    offset: int


@frozen
class ItemRef:
    """One link of Falco's context chain, outermost first: item type (``rule``), item name, mark."""

    item_type: str
    item_name: str
    file_name: str
    mark: Mark
    file: SourceFile | None = field(default=None, repr=False, compare=False)
    """Where the mark is, unless ``file_name`` says it all."""


@frozen
class Edit:
    span: Span
    text: str


@frozen
class Fix:
    """A change offered to the learner: what it does, and the edits that do it."""

    title: str
    edits: tuple[Edit, ...]


@dataclass(frozen=True)
class Diagnostic:
    """One problem in the learner's text.

    ``message`` is Falco's own where the code is Falco's. ``help`` is our sentence in plain words, ``notes`` more of them.
    ``context`` and ``snippet`` are what Falco prints in its JSON result.
    """

    code: Code
    severity: Severity
    message: str
    annotations: tuple[Annotation, ...] = ()
    context: tuple[ItemRef, ...] = ()
    snippet: str = ""
    notes: tuple[str, ...] = ()
    help: str = ""
    fix: Fix | None = None
    deprecated_field: str | None = None
    params: dict[str, str] = field(default_factory=dict)
    """Words of the message by name, for translations."""

    @property
    def span(self) -> Span | None:
        """Place of the primary annotation."""
        for annotation in self.annotations:
            if annotation.primary:
                return annotation.span
        return self.annotations[0].span if self.annotations else None

    @property
    def is_error(self) -> bool:
        return self.severity is Severity.ERROR
