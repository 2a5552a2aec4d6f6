"""A node under test: the core pack's memory-culprit in a private directory, and its commands run in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from trainer.content import Pack, core_pack_folder, load_pack
from trainer.grading import LEARNER_FILE, scenario_of
from trainer.node.launch import run_command
from trainer.node.opening import Node, open_node
from trainer.session.exam import TaskSheet, task_sheet

EXERCISE = "memory-culprit"
WARNS = """\
- rule: Memory device opened
  desc: The memory.
  condition: evt.type in (open, openat, openat2) and container and fd.name = /dev/mem
  output: "%container.name %proc.name"
  priority: WARNING
"""
"""Four alerts on the recording of seed 0, of metrics-db."""
FIRST = "metrics-db head"
"""What the first of them says."""


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str

    @property
    def rows(self) -> list[list[str]]:
        return [line.split() for line in self.out.splitlines()]


Run = Callable[..., Ran]


@pytest.fixture(scope="session")
def core() -> Pack:
    pack, _ = load_pack(core_pack_folder())
    assert pack is not None
    return pack


def sheet_of(core: Pack, seed: int = 0) -> TaskSheet:
    return task_sheet(core, 1, EXERCISE, 10, seed)


@pytest.fixture
def opened(core: Pack, tmp_path: Path) -> Iterator[Node]:
    """With a plain configuration, whose alerts have nothing behind them."""
    sheet = sheet_of(core)
    texts = {**sheet.files, LEARNER_FILE: WARNS}
    with open_node(tmp_path / "node", sheet.exercise, scenario_of(sheet.exercise, 0, core), core.base_rules, texts) as node:
        config = node.place.of("/etc/falco/falco.yaml")
        config.write_text(config.read_text().replace("suggested_output: true", "suggested_output: false"))
        yield node


@pytest.fixture
def run(opened: Node, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command of the node, in its /etc/falco."""
    monkeypatch.chdir(opened.place.of("/etc/falco"))

    def go(name: str, *arguments: str) -> Ran:
        capfd.readouterr()
        code = run_command(opened.place.root, name, arguments)
        captured = capfd.readouterr()
        assert "Traceback" not in captured.out + captured.err
        return Ran(code, captured.out, captured.err)

    return go
