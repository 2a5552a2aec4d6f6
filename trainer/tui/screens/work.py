"""What the screens with an editor have in common: panes of which a narrow window shows one, and the keys of the editor."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.app import SuspendNotSupported
from textual.binding import Binding, BindingType
from textual.events import DescendantFocus

from trainer.source import SourceFile
from trainer.tui.desk import LEARNER_FILE, Failure
from trainer.tui.node_visit import NodeTask, NodeVisit, Texts, visit
from trainer.tui.own_editor import edited
from trainer.tui.screens.help import HelpScreen
from trainer.tui.screens.rules import BaseRulesScreen
from trainer.tui.widgets.editor import RuleEditor
from trainer.tui.widgets.editor_pane import EditorPane
from trainer.tui.widgets.find_bar import FindInput
from trainer.tui.widgets.frame import PaneBar, TrainerScreen, words_of

ALL_PANES = 120
"""Columns from which all panes are shown: HORIZONTAL_BREAKPOINTS' -wide."""
SAVE_DELAY = 0.3
"""Seconds after a change within which it is on the disk: what a power cut may take. A kill takes nothing that was seen."""


class WorkScreen(TrainerScreen):
    """Has an ``EditorPane`` and a ``PaneBar``; a pane's name is the id of its widget."""

    PANES: ClassVar[tuple[str, ...]] = ()
    HELP_PAGE: ClassVar[str] = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f8", "problem(1)", show=False, priority=True),
        Binding("shift+f8,f20", "problem(-1)", show=False, priority=True),
        Binding("f1", "help", show=False, priority=True),
        Binding("f2", "pane('task')", show=False, priority=True),
        Binding("f3", "pane('editor')", show=False, priority=True),
        Binding("ctrl+t,alt+t", "next_pane", show=False, priority=True),
        Binding("ctrl+g", "next_file", show=False, priority=True),
        Binding("ctrl+s", "save", show=False, priority=True),
        Binding("ctrl+e", "own_editor", show=False, priority=True),
        Binding("f9", "definition", show=False, priority=True),
        Binding("alt+s", "find", show=False, priority=True),
        Binding("f12,ctrl+backslash", "node_shell", show=False, priority=True),
    ]

    def __init__(self, base_rules: SourceFile) -> None:
        super().__init__()
        self.base_rules = base_rules
        self.pane = "task"
        self._lit: str | None = None

    @property
    def code(self) -> EditorPane:
        return self.query_one(EditorPane)

    @property
    def editor(self) -> RuleEditor:
        return self.code.editor

    def save(self) -> bool:
        """Writes what was changed; whether nothing is left unwritten."""
        raise NotImplementedError

    def leave(self) -> bool:
        """Asked before the app ends: saves, and stops what is going on. Whether it may end now."""
        raise NotImplementedError

    def focus_pane(self, pane: str) -> None:
        """Puts the focus into a pane, at once: Textual's ``Widget.focus`` waits for its turn, and keys typed meanwhile would go astray."""
        raise NotImplementedError

    def node_task(self) -> NodeTask | None:
        """The exercise whose node may be visited now; None when it may not, which was told."""
        raise NotImplementedError

    def keep_texts(self, texts: Texts) -> bool:
        """Saves files that the node shell has changed, while it is open: nothing of the screen may be touched. Whether it could."""
        raise NotImplementedError

    def node_is_over(self) -> bool:
        """Whether the node shell has to be closed."""
        return False

    # Panes.

    def show_panes(self) -> None:
        self.query_one(PaneBar).show(self.pane, self.code.problems)

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        ids = {node.id for node in event.widget.ancestors_with_self}
        found = [pane for pane in self.PANES if pane in ids]
        if found:
            self._mark_pane(found[0])
        else:
            self._arrange(lit=None)

    def watch_focused(self) -> None:
        # A widget that is hidden takes the focus from whichever has it by then: keys would go nowhere.
        if self.focused is None and self.is_mounted:
            self.call_after_refresh(self._focus_again)

    def _focus_again(self) -> None:
        if self.focused is None and self.is_current and self.app.app_focus:
            self.focus_pane(self.pane)

    def on_mount(self) -> None:
        self.watch(self.app, "theme", self._follow_theme, init=False)

    def _follow_theme(self) -> None:
        self.call_after_refresh(self.on_resize)  # the app takes the new colours in after it has told

    def on_resize(self) -> None:
        self._arrange(self._lit)

    def _mark_pane(self, pane: str) -> None:
        if pane != self.pane or pane != self._lit:
            self.pane = pane
            self._arrange(pane)
            self.show_panes()

    def _arrange(self, lit: str | None) -> None:
        """A narrow window shows one pane; in a wide one, which shows all, the one with the focus is lit."""
        wide = self.app.size.width >= ALL_PANES
        self._lit = lit
        for pane in self.PANES:
            place = self.query_one(f"#{pane}")
            place.display = wide or pane == self.pane
            place.styles.border = ("round", self.app.theme_variables["accent"]) if wide and pane == lit else None
        self.query_one("#left").display = wide or self.pane in ("task", "editor")

    def action_pane(self, pane: str) -> None:
        self._mark_pane(pane)
        self.focus_pane(pane)

    def action_next_pane(self) -> None:
        self.action_pane(self.PANES[(self.PANES.index(self.pane) + 1) % len(self.PANES)])

    # The editor.

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Where one types what to find, F3 goes to the next place."""
        return not (action == "pane" and parameters == ("editor",) and self.finding)

    @property
    def finding(self) -> bool:
        """The focus is where one types what to find."""
        return isinstance(self.focused, FindInput)

    def action_find(self) -> None:
        self._mark_pane("editor")
        self.code.find_bar.begin()

    def after_keys(self, then: Callable[[], object]) -> None:
        """Calls ``then`` when the keys that were typed before have reached the widget that has the focus."""
        (self.focused or self).call_later(then)

    def action_next_file(self) -> None:
        self.after_keys(self.code.next_file)

    def action_save(self) -> None:
        if self.save():
            self.notify(words_of(self)("saved.draft"), timeout=2, markup=False)

    def action_problem(self, step: int) -> None:
        self.action_pane("editor")
        self.editor.go_to_problem(step)

    def action_definition(self) -> None:
        """Where the name at the cursor is defined: in the learner's own file, or in the base rules, which are shown."""
        found = self.editor.hover_at_cursor() if self.pane == "editor" else None
        place = found.definition if found is not None else None
        if place is not None and place.file.name == LEARNER_FILE:
            self.editor.move_cursor(self.editor.location_of(place.start))
            return
        base = self.base_rules
        self.app.push_screen(BaseRulesScreen(base, place if place is not None and place.file.name == base.name else None))

    def action_own_editor(self) -> None:
        """The learner's own editor on the file that is shown, and back."""
        name = self.editor.file_name
        try:
            with self.app.suspend():
                text = edited(self.editor.text, name)
        except SuspendNotSupported:
            words = words_of(self)
            self.notify(words("web.no_terminal") if self.app.is_web else words("own_editor.no"), severity="warning", markup=False)
            return
        if isinstance(text, str):
            self.action_pane("editor")
            self.editor.load_text(text)
        else:
            self.notify(words_of(self)("own_editor.failed", problem=text.problem), severity="error", markup=False)

    def action_node_shell(self) -> None:
        """The learner's own shell on the exercise's node, and back with what was changed there."""
        self.after_keys(self._node_shell)

    def _node_shell(self) -> None:
        task, words = self.node_task(), words_of(self)
        if task is None:
            return
        try:
            with self.app.suspend():
                found = visit(task, words, self.keep_texts, self.node_is_over)
        except SuspendNotSupported:
            told = words("web.no_terminal") if self.app.is_web else words("node.no")
            self.notify(told, severity="warning", markup=False)
            return
        self.back_from_node(found)

    def back_from_node(self, found: NodeVisit | Failure) -> None:
        """Shows what the shell left."""
        words = words_of(self)
        if isinstance(found, Failure):
            problem = "  ".join(filter(None, (found.problem, found.next_step, str(found.log or ""))))
            self.notify(words("node.failed", problem=problem), severity="error", markup=False)
            return
        self.code.bring(found.texts)
        names = ", ".join(sorted(found.texts))
        self.notify(words("node.back", names=names) if names else words("node.same"), timeout=4, markup=False)
        if found.base_changed:
            self.notify(words("node.base"), severity="warning", timeout=10, markup=False)

    def action_help(self) -> None:
        self.app.push_screen(HelpScreen(self.HELP_PAGE))
