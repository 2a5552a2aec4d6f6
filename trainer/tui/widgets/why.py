"""The Why tab: the explanation of one event against one rule, as a tree with the values that the fields really had."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Select, Static, Tree
from textual.widgets.tree import TreeNode

from trainer.engine import Explanation, deciding, reason
from trainer.engine.filter import ast
from trainer.tui.desk import Failure, Run, attempt
from trainer.tui.text import Words
from trainer.tui.widgets.events import actor, plain, subject
from trainer.tui.widgets.frame import words_of

MAX_VALUE = 200
MAX_ITEMS = 160


class ExplanationTree(Tree[Explanation]):
    """Branches that decided nothing start closed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right", "expand_here", show=False),
        Binding("left", "collapse_here", show=False),
    ]

    def show(self, explanation: Explanation, words: Words) -> None:
        chosen = {id(found) for found in deciding(explanation)}
        self.clear()
        self.root.data = explanation
        self.root.set_label(label_of(explanation, words, id(explanation) in chosen))
        self._fill(self.root, explanation, words, chosen)
        self.root.expand()
        self.move_cursor(self.root)

    def _fill(self, node: TreeNode[Explanation], explanation: Explanation, words: Words, chosen: set[int]) -> bool:
        """Adds the children; whether one of the deciding checks is below."""
        decides = False
        for child in explanation.children:
            inner = child.children[0] if child.kind == "not" else None
            label = label_of(child, words, id(child if inner is None else inner) in chosen)
            if inner is not None and inner.kind == "check":
                node.add_leaf(label, child)
                decides = decides or id(inner) in chosen
            elif child.children:
                branch = node.add(label, child)
                if self._fill(branch, child, words, chosen):
                    branch.expand()
                    decides = True
            else:
                node.add_leaf(label, child)
                decides = decides or id(child) in chosen
        return decides

    def action_expand_here(self) -> None:
        node = self.cursor_node
        if node is not None and node.allow_expand and not node.is_expanded:
            node.expand()
        else:
            self.action_cursor_down()

    def action_collapse_here(self) -> None:
        node = self.cursor_node
        if node is not None and node.is_expanded and node.children and not node.is_root:
            node.collapse()
        elif node is not None and node.parent is not None:
            self.move_cursor(node.parent)


def label_of(explanation: Explanation, words: Words, decides: bool) -> Text:
    """One line of the tree: mark, what is asked, what was there."""
    if not explanation.evaluated:
        mark, style = "·", "dim"
    elif explanation.matched:
        mark, style = "✓", "green"
    else:
        mark, style = "✗", "red"
    label = Text.assemble((f"{mark} ", f"bold {style}"))
    text_style = "dim" if not explanation.evaluated else "bold" if decides else ""
    check = explanation
    if explanation.kind == "not" and explanation.children[0].kind == "check":
        check = explanation.children[0]
        label.append(words("why.not") + " ", text_style)
    match check.kind:
        case "and" | "or" | "not":
            label.append(words(f"why.{check.kind}"), text_style)
        case "macro":
            label.append(words("why.macro", name=check.text), text_style)
        case _:
            label.append(clause(check), text_style)
    if not explanation.evaluated:
        label.append(f"  ({words('why.skipped')})", "dim italic")
    elif check.kind == "check":
        if not check.has_value:
            label.append(f"  ({words('why.absent')})", "italic yellow")
        elif check.actual is not None:
            value = plain(check.actual)
            value = value if len(value) <= MAX_VALUE else value[: MAX_VALUE - 1] + "…"
            label.append(f"  ({words('why.actual', value=repr(value))})", "yellow")
    if check.kind == "check" and check.list_name:
        label.append(f"  {words('why.list', name=check.list_name)}: {items_of(check)}", "dim cyan")
    return label


def clause(check: Explanation) -> str:
    """A check as it was written: with the names of lists, where the engine has put their items."""
    node = check.node
    if not isinstance(node, ast.BinaryCheckExpr) or not isinstance(node.right, ast.ListExpr) or not check.list_name:
        return " ".join(check.text.split())
    names = dict.fromkeys(item.list_name or item.text for item in node.right.items)
    return f"{check.field} {check.operator} ({', '.join(names)})"


def items_of(check: Explanation) -> str:
    """The items of the lists that a check names."""
    node = check.node
    if not isinstance(node, ast.BinaryCheckExpr) or not isinstance(node.right, ast.ListExpr):
        return ""
    text = ", ".join(item.text for item in node.right.items if item.list_name)
    return text if len(text) <= MAX_ITEMS else text[: MAX_ITEMS - 1] + "…"


class Why(Vertical):
    BINDINGS: ClassVar[list[BindingType]] = [Binding("r", "next_rule", show=False)]

    def __init__(self) -> None:
        super().__init__()
        self.run_shown: Run | None = None
        self.event_num: int | None = None
        self.rule: str | None = None
        self.explanation: Explanation | None = None

    def compose(self) -> ComposeResult:
        with Horizontal(classes="filter"):
            yield Static("", markup=False, classes="label")
            yield Select[str]([("-", "-")], compact=True)
        yield Static("", markup=False, classes="detail")
        yield ExplanationTree("")

    def on_mount(self) -> None:
        self.relabel()

    def clear(self) -> None:
        self.run_shown = self.event_num = self.rule = self.explanation = None
        self.relabel()

    def set_run(self, run: Run) -> None:
        self.run_shown = run
        self.rule = next(iter(run.rules), None)
        select = self.query_one(Select)
        with select.prevent(Select.Changed):
            select.set_options([(Text(name), name) for name in run.rules])
            if self.rule is not None:
                select.value = self.rule
        self.relabel()

    def show(self, event_num: int, rule: str | None = None) -> None:
        self.event_num = event_num
        if rule is not None and self.run_shown is not None and rule in self.run_shown.rules:
            self.rule = rule
            with self.query_one(Select).prevent(Select.Changed):
                self.query_one(Select).value = rule
        self.relabel()

    def relabel(self) -> None:
        words = words_of(self)
        self.query_one(".label", Static).update(words("why.rule"))
        detail, tree = self.query_one(".detail", Static), self.query_one(ExplanationTree)
        self.explanation = None
        run, num, rule = self.run_shown, self.event_num, self.rule
        tree.display = False
        if run is None:
            detail.update(words("none.yet"))
        elif rule is None:
            detail.update(words("why.no_rules"))
        elif num is None:
            detail.update(words("why.choose"))
        else:
            explained = attempt(lambda: run.explain(rule, num))
            if isinstance(explained, Failure):
                detail.update(words("run.bug", kind=explained.problem) + f" {explained.log}")
            elif explained is not None:
                self.explanation = explained
                detail.update(self._summary(run, num, explained, words))
                tree.display = True
                tree.show(explained, words)

    def _summary(self, run: Run, num: int, explained: Explanation, words: Words) -> Content:
        event = run.events[num]
        about = subject(event)
        verdict = ("✓ ", "bold $success") if explained.matched else ("✗ ", "bold $error")
        return Content.assemble(
            verdict,
            words("why.event", num=num, type=event.type, proc=actor(event, "?")),
            (f"  {about}" if about else "", "$text-accent"),
            "\n",
            reason(explained, words.lang),
        )

    def on_select_changed(self, event: Select.Changed) -> None:
        event.stop()
        if isinstance(event.value, str) and event.value != self.rule and self.run_shown is not None:
            self.rule = event.value
            self.relabel()

    def action_next_rule(self) -> None:
        rules = self.run_shown.rules if self.run_shown else ()
        if self.rule in rules:
            self.query_one(Select).value = rules[(rules.index(self.rule) + 1) % len(rules)]
