"""From the first screen to a passed exercise, with a browser's keyboard."""

from __future__ import annotations

import re

from tests.browser.chromium import Tab
from trainer.content import core_pack_folder

EXERCISE = "shell-in-container"
TITLE = "Detect a shell in a container"
CONDITION = "spawned_process and container.name = my-web-app and proc.name in (shell_binaries)"
PASSED = re.compile(r"(?<!not )passed +10 of 10 points")


def open_exercise(tab: Tab) -> None:
    """Finds the exercise on the first screen as one types, and opens it."""
    tab.wait("CKS practice trainer")
    tab.wait(TITLE)
    tab.page.keyboard.type(TITLE.lower())
    tab.wait(re.compile(r"1 of \d+|Find: "))
    tab.press("Enter")
    tab.wait("falco_rules.local.yaml")
    tab.wait("Criteria")


def type_passing_rule(tab: Tab) -> None:
    """In the place of the starter's condition."""
    starter = (core_pack_folder() / "exercises" / EXERCISE / "starter.yaml").read_text(encoding="utf-8").splitlines()
    row = next(number for number, line in enumerate(starter) if line.lstrip().startswith("condition:"))
    tab.press("F3", *["ArrowDown"] * row, "End", *["Backspace"] * len(starter[row].partition("condition: ")[2]))
    tab.page.keyboard.type(CONDITION)
    tab.wait("proc.name in (shell_binaries)")


def run_and_pass(tab: Tab) -> None:
    tab.press("F5")
    tab.wait(PASSED)
