"""Nothing that was seen is lost: the program is killed at random moments of typing, 200 times, in a terminal of its own."""

from __future__ import annotations

import random
import re
import sys
from pathlib import Path

import pytest

from tests.exam_pack import write_exam_pack
from tests.terminal import Terminal
from trainer.session import Store
from trainer.tui.desk import LEARNER_FILE

KILLS = 25
"""In one part; there are eight."""
LETTERS = "abdeghkmnopqrstuvwxyz"
END_OF_FILE = "\x1b[1;5F"
CODE = "import sys; from pathlib import Path; from trainer.tui.main import run_tui; sys.exit(run_tui(Path(sys.argv[1])))"


class Learner:
    """Types comment lines into the editor, and is cut off in each."""

    def __init__(self, pack: Path, home: Path, seed: int) -> None:
        self.pack, self.home, self.random = pack, home, random.Random(seed)

    def start(self) -> Terminal:
        command = (sys.executable, "-c", CODE, str(self.pack))
        return Terminal(command=command, home=self.home, columns=120, rows=30, env={"LC_ALL": "en_US.UTF-8", "LANGUAGE": "en"})

    def open(self, terminal: Terminal) -> None:
        raise NotImplementedError

    def saved(self) -> str:
        raise NotImplementedError

    def type_until_killed(self, terminal: Terminal, number: int) -> tuple[str, str]:
        """What was typed behind the line's mark, and what of it the screen showed before the end."""
        terminal.send(END_OF_FILE, "\r", f"#{number}:")
        terminal.wait(f"#{number}:")
        typed = ""
        for letter in self.random.choices(LETTERS, k=self.random.randrange(1, 14)):
            typed += letter
            terminal.send(letter)
            if self.random.random() < 0.7:
                terminal.read(self.random.choice((0.0, 0.002, 0.01, 0.03)))
        if self.random.random() < 0.5:
            terminal.read(self.random.random() * 0.1)
        terminal.kill()
        shown = re.findall(rf"#{number}:([a-z]*)", terminal.text)
        return typed, max(shown, key=len, default="")


class AtAnExercise(Learner):
    def open(self, terminal: Terminal) -> None:
        terminal.wait("Enter")
        terminal.send("enter")
        terminal.wait("F5 Run")

    def saved(self) -> str:
        with Store.open(self.home) as store:
            rows = store.rows("SELECT text FROM draft WHERE file = ?", (LEARNER_FILE,))
        return rows[0][0].decode() if rows else ""


@pytest.mark.parametrize("part", range(4))
def test_no_key_that_was_seen_is_lost(part: int, tmp_path: Path) -> None:
    losses = kill_again_and_again(AtAnExercise(write_exam_pack(tmp_path / "pack"), tmp_path / "home", part))
    assert losses == []


def kill_again_and_again(learner: Learner) -> list[str]:
    """What was lost, in words."""
    losses: list[str] = []
    before = ""
    for number in range(KILLS):
        terminal = learner.start()
        try:
            learner.open(terminal)
            if number:
                terminal.send(END_OF_FILE)
                terminal.wait(before.split()[-1])  # the last time's line is there again
            typed, shown = learner.type_until_killed(terminal, number)
        finally:
            terminal.kill()
        text = learner.saved()
        found = re.search(rf"#{number}:([a-z]*)$", text)
        if found is None or not text.startswith(before):
            losses.append(f"kill {number}: the text before is not whole: {text!r} after {before!r}")
            break
        if not typed.startswith(found.group(1)) or len(found.group(1)) < len(shown):
            losses.append(f"kill {number}: typed {typed!r}, seen {shown!r}, kept {found.group(1)!r}")
        before = text
    return losses
