"""The editor of a task's files with what belongs to it: the bar of files, the live check while typing, the line of problems."""

from __future__ import annotations

from collections.abc import Callable

from textual import work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Static, TextArea

from trainer.tui.desk import LEARNER_FILE, Checked, Failure, attempt
from trainer.tui.messages import CheckDone
from trainer.tui.widgets.editor import RuleEditor
from trainer.tui.widgets.find_bar import FindBar
from trainer.tui.widgets.frame import words_of
from trainer.tui.widgets.problem import ProblemLine

CHECK_DELAY = 0.08

Check = Callable[[str], Checked]
"""Checks a text of the rules; called in a thread."""
OnEdit = Callable[[str, str], None]
"""Told the name and the text of a file that was changed, at once."""


class EditorPane(Vertical):
    """Shows one file of several. It saves nothing: ``on_edit`` is told each change, and ``CheckDone`` goes up after each check."""

    def __init__(self, files: dict[str, str], check: Check, on_edit: OnEdit, clean: str = "editor.clean") -> None:
        """``clean``: the word for a text without problems."""
        super().__init__(id="editor")
        self.files = files
        self.version = 0
        """Of what the editor holds; a check of another one is not shown."""
        self.checked: Checked | None = None
        self._check = check
        self._on_edit = on_edit
        self._clean = clean
        self._held = False
        self._checking = False
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        yield Static("", id="files")
        editor = RuleEditor(self.files[LEARNER_FILE], id="rules")
        yield editor
        yield FindBar(editor)
        yield ProblemLine(self._clean)

    def on_mount(self) -> None:
        self.editor.changed = self.take
        self.relabel()
        self.start_check()

    @property
    def editor(self) -> RuleEditor:
        return self.query_one("#rules", RuleEditor)

    @property
    def find_bar(self) -> FindBar:
        return self.query_one(FindBar)

    @property
    def problem_line(self) -> ProblemLine:
        return self.query_one(ProblemLine)

    @property
    def busy(self) -> bool:
        """A check is going on, or about to start."""
        return self._checking or self._timer is not None

    @property
    def problems(self) -> int:
        return len(self.checked.diagnostics) if self.checked else 0

    def relabel(self) -> None:
        self._show_files()
        self._show_problem()
        self.find_bar.relabel()

    def _show_files(self) -> None:
        parts = [
            Content.styled(f" {name} ", "reverse bold" if name == self.editor.file_name else "$text-muted") for name in self.files
        ]
        bar = self.query_one("#files", Static)
        bar.display = len(self.files) > 1
        bar.update(Content.assemble(Content(" ").join(parts), ("  ^G", "$text-muted")))

    def _show_problem(self) -> None:
        editor = self.editor
        problem = editor.diagnostic_at_cursor()
        self.problem_line.show(problem, editor.diagnostics, None if problem else editor.hover_at_cursor())

    # Files.

    def open(self, files: dict[str, str], check: Check, on_edit: OnEdit) -> None:
        """Another task's files take the place of these."""
        self.take()
        self.find_bar.close()
        self.files, self._check, self._on_edit = files, check, on_edit
        self.checked = None
        self.version += 1
        self.editor.load(LEARNER_FILE, files[LEARNER_FILE])
        self.relabel()
        self.start_check()

    def next_file(self) -> None:
        self.take()
        names = list(self.files)
        name = names[(names.index(self.editor.file_name) + 1) % len(names)]
        if name != self.editor.file_name:
            self.find_bar.close()
            self.editor.load(name, self.files[name])
            self.relabel()
            self.start_check()

    def bring(self, texts: dict[str, str]) -> None:
        """Texts of these files from outside take the place of what the editor has."""
        if not texts:
            return
        for name, text in texts.items():
            self.files[name] = text
            self._on_edit(name, text)
        name = self.editor.file_name
        if name in texts and self.editor.text != texts[name]:
            self.editor.load_text(texts[name])
        self.version += 1
        self.start_check()

    # Text and check.

    def take(self) -> None:
        """Takes in what the editor holds, when that is not known yet."""
        name, text = self.editor.file_name, self.editor.text
        if self.files[name] == text:
            return
        self.files[name] = text
        self.version += 1
        self._on_edit(name, text)
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(CHECK_DELAY, self.start_check)

    def on_text_area_selection_changed(self, event: TextArea.SelectionChanged) -> None:
        if event.text_area is self.editor:
            self._show_problem()

    def hold(self, held: bool) -> None:
        """No check begins while it is held; then the newest text has its turn."""
        self._held = held
        if not held:
            self.start_check()

    def start_check(self) -> None:
        """One check at a time and none beside a run: two busy threads are felt."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        if not self._checking and not self._held:
            self._checking = True
            self._run_check(self.version, self.files[LEARNER_FILE], self._check)

    @work(thread=True, exclusive=True, group="check", exit_on_error=False)
    def _run_check(self, version: int, text: str, check: Check) -> None:
        found = attempt(lambda: check(text))
        if isinstance(found, Failure):
            self.post_message(CheckDone(version, None, found))
        else:
            self.post_message(CheckDone(version, found))

    def on_check_done(self, message: CheckDone) -> None:
        self._checking = False
        if message.version != self.version:
            self.start_check()
            return
        if message.failure is not None:
            failed = words_of(self)("editor.check_failed", log=message.failure.log or message.failure.problem)
            self.problem_line.say(failed, "$warning")
            return
        self.checked = message.checked
        if message.checked is not None and self.editor.file_name == LEARNER_FILE:
            self.editor.show_check(message.checked.diagnostics, message.checked.names)
            self.editor.known = message.checked.known
        self._show_problem()
