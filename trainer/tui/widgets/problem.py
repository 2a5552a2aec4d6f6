"""The lines below the editor: the diagnostic at the cursor, else what the word there means, else how many problems there are."""

from __future__ import annotations

from textual.content import Content

from trainer.diagnostics import Diagnostic, in_language
from trainer.engine.assist import Hover
from trainer.tui.desk import Failure
from trainer.tui.text import Words
from trainer.tui.widgets.frame import Line, words_of

STYLE = {"error": "bold $error", "warning": "bold $warning", "info": "bold $accent"}


class ProblemLine(Line):
    def __init__(self, clean: str = "editor.clean") -> None:
        """``clean``: the word for a text without problems."""
        super().__init__("", markup=False, id="problem")
        self._clean = clean
        self.shown: Diagnostic | None = None

    def show(self, at_cursor: Diagnostic | None, diagnostics: tuple[Diagnostic, ...], hover: Hover | None = None) -> None:
        words = words_of(self)
        self.shown = at_cursor
        if at_cursor is not None:
            self.put(self._full(at_cursor))
            return
        if hover is not None:
            self.put(Content.assemble((hover.title, "bold $accent"), "  ", hover.body))
            return
        placed = [found for found in diagnostics if found.span is not None]
        if not diagnostics:
            self.put(Content.styled(words(self._clean), "$text-muted"))
        elif not placed:
            self.put(self._full(diagnostics[0]))
        else:
            span = placed[0].span
            assert span is not None
            key = "editor.problem" if len(diagnostics) == 1 else "editor.problems"
            style = "$error" if any(found.is_error for found in diagnostics) else "$warning"
            self.put(Content.styled(words(key, count=len(diagnostics), line=span.position.line), style))

    def _full(self, diagnostic: Diagnostic) -> Content:
        words = words_of(self)
        severity = diagnostic.severity.value
        message = " ".join(in_language(diagnostic.message, words.lang).split())
        parts: list[Content | str | tuple[str, str]] = [(words(f"severity.{severity}"), STYLE[severity]), " "]
        if diagnostic.span is not None:
            parts.append((words("editor.line", line=diagnostic.span.position.line) + " ", "$text-muted"))
        parts.append(message)
        if diagnostic.help:
            parts.append(("\n→ " + in_language(diagnostic.help, words.lang), "$text-accent"))
        for note in diagnostic.notes[:1]:
            parts.append(("\n" + in_language(note, words.lang), "$text-muted"))
        parts.append((f"  {diagnostic.code.value}", "$text-muted"))
        return Content.assemble(*parts)

    def say(self, message: str, style: str = "$text-muted") -> None:
        self.shown = None
        self.put(Content.styled(message, style))


def failure_text(words: Words, failure: Failure, said: str = "run.failed") -> Content:
    """What went wrong in a run, and the next step. ``said`` is the word that it is told with."""
    problem = words("run.bug", kind=failure.problem) if failure.bug else failure.problem
    step = words("run.bug_next", log=failure.log) if failure.bug else failure.next_step or words("run.failed_recorded")
    return Content.assemble((words(said, problem=problem), "$error"), "\n", (words("run.failed_next", next=step), "$text-accent"))
