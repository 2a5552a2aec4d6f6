"""The learner's shell on a node: which one, with what set-up, and what comes of what is done there. Typed through a pseudo-terminal."""

from __future__ import annotations

import os
import pty
import select
import shutil
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from trainer.cli import run_cli
from trainer.errors import TrainerError
from trainer.grading import LEARNER_FILE
from trainer.node.opening import Node
from trainer.node.shell import environment, run_one, run_shell
from trainer.node.texts import TEXTS, greeting, tell
from trainer.session import Store

WAIT = 60.0
"""Seconds after which a shell that says nothing fails the test."""


class Terminal:
    """A child of ours that has a terminal, and what it wrote."""

    def __init__(self, child: Callable[[], object]) -> None:
        self.text = ""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            code = 1
            sys.stdin, sys.stdout, sys.stderr = os.fdopen(0), os.fdopen(1, "w"), os.fdopen(2, "w")  # pytest has its own
            try:
                child()
                code = 0
            finally:
                sys.stdout.flush()
                os._exit(code)

    def until(self, words: str) -> str:
        """Reads until these words came; what stood before them since the last time."""
        end = time.monotonic() + WAIT
        while words not in self.text:
            assert time.monotonic() < end, f"no {words!r} in {self.text!r}"
            if select.select([self.fd], [], [], 0.2)[0]:
                try:
                    self.text += os.read(self.fd, 65536).decode("utf-8", "replace")
                except OSError:
                    raise AssertionError(f"it ended without {words!r}: {self.text!r}") from None
        before, _, self.text = self.text.partition(words)
        return before

    def type(self, line: str) -> None:
        os.write(self.fd, f"{line}\n".encode())

    def ended(self) -> int:
        end = time.monotonic() + WAIT
        while True:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                return os.waitstatus_to_exitcode(status)
            assert time.monotonic() < end, "it does not end"
            if select.select([self.fd], [], [], 0.1)[0]:
                try:
                    self.text += os.read(self.fd, 65536).decode("utf-8", "replace")
                except OSError:
                    time.sleep(0.05)


@pytest.fixture(params=[name for name in ("bash", "sh", "zsh", "fish") if shutil.which(name)])
def shell(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    name = str(request.param)
    monkeypatch.setenv("SHELL", str(shutil.which(name)))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("TERM", "dumb")
    (tmp_path / ".bashrc").write_text("PS1='mine> '; PATH=/usr/local/bin:/usr/bin:/bin; alias k=kubectl\n")
    return name


def test_a_session(opened: Node, shell: str, tmp_path: Path) -> None:
    """Prompt, the node's commands in front of whatever the learner's set-up made of PATH, text tools, and the way back."""
    told = tmp_path / "told"

    def child() -> None:
        run_shell(opened, "en", "Find the culprit", lambda texts: told.write_text(repr(texts)) > 0)

    terminal = Terminal(child)
    assert "You are on the node of: Find the culprit" in terminal.until("node:/etc/falco")
    terminal.type("falco --fast >/dev/null 2>&1; falco --fast 2>/dev/null | grep Warning | cut -d' ' -f3- | head -n 1")
    terminal.until("metrics-db head\r\n")
    terminal.type("k get sts -A -o name" if shell == "bash" else "kubectl get sts -A -o name")
    terminal.until("statefulset.apps/metrics-db\r\n")
    terminal.type("cd $NODE/opt; echo metrics-db >$NODE/etc/falco/culprit.txt")
    terminal.until("node:/opt")
    terminal.type("exit")
    assert terminal.ended() == 0
    assert told.read_text() == repr({"culprit.txt": "metrics-db\n"})


def test_changes_are_told_while_the_shell_is_open(opened: Node, shell: str, tmp_path: Path) -> None:
    told = tmp_path / "told"
    terminal = Terminal(lambda: run_shell(opened, "ko", "범인", lambda texts: told.write_text(repr(texts)) > 0))
    assert "노드에 들어왔습니다: 범인" in terminal.until("node:/etc/falco")
    terminal.type(f"echo '- mine' >{LEARNER_FILE}")
    end = time.monotonic() + WAIT
    while not told.exists() and time.monotonic() < end:
        time.sleep(0.05)
    assert told.read_text() == repr({LEARNER_FILE: "- mine\n"})
    terminal.type("exit")
    assert terminal.ended() == 0


def test_interrupting_a_command_leaves_the_shell(opened: Node, shell: str) -> None:
    terminal = Terminal(lambda: run_shell(opened, "en", "t", lambda texts: True))
    terminal.until("node:/etc/falco")
    terminal.type("falco -U 2>/dev/null")
    terminal.until("Warning metrics-db head")
    os.write(terminal.fd, b"\x03")
    terminal.until("Events detected: ")
    terminal.until("node:/etc/falco")
    terminal.type("exit")
    assert terminal.ended() == 0


def test_when_time_is_over_the_shell_is_closed(opened: Node, shell: str) -> None:
    terminal = Terminal(lambda: run_shell(opened, "en", "t", lambda texts: True, lambda: opened.place.of("/tmp/over").exists()))
    terminal.until("node:/etc/falco")
    terminal.type("touch $NODE/tmp/over")
    terminal.until(TEXTS["over"][0])
    assert terminal.ended() == 0


def test_the_command_of_the_command_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SHELL", str(shutil.which("sh")))
    monkeypatch.setenv("CKS_TRAINER_HOME", str(tmp_path))
    monkeypatch.setenv("CKS_TRAINER_LANG", "en")
    terminal = Terminal(lambda: run_cli(["node", "shell", "memory-culprit"]))
    terminal.until("node:/etc/falco")
    terminal.type(f"echo '- mine' >{LEARNER_FILE}; echo x >>falco_rules.yaml")
    terminal.until("node:/etc/falco")
    terminal.type("exit")
    terminal.until(f"Taken over: {LEARNER_FILE}")
    terminal.until("You changed falco_rules.yaml. It is not graded")
    terminal.until("next: cks-trainer node grade memory-culprit")
    assert terminal.ended() == 0
    with Store.open(tmp_path) as store:
        assert store.draft("memory-culprit") == "- mine\n"


def test_environment(opened: Node) -> None:
    found = environment(opened.place, {"PATH": "/usr/bin", "KUBECONFIG": "/home/me/.kube/config", "LANG": "C"})
    assert found == {"PATH": f"{opened.place.root}/bin:/usr/bin", "NODE": str(opened.place.root), "LANG": "C"}


def test_told_to_end_it_ends_what_it_started(opened: Node, tmp_path: Path) -> None:
    pid_file, told = tmp_path / "pid", tmp_path / "told"

    def child() -> None:
        def stop(number: int, frame: object) -> None:
            raise KeyboardInterrupt

        signal.signal(signal.SIGTERM, stop)
        with suppress(KeyboardInterrupt):
            run_one(
                opened,
                ["sh", "-c", f"echo last >culprit.txt; echo $$ >{pid_file}; exec sleep 600"],
                lambda texts: told.touch() is None,
            )

    terminal = Terminal(child)
    end = time.monotonic() + WAIT
    while not (pid_file.exists() and pid_file.read_text()) and time.monotonic() < end:
        time.sleep(0.05)
    os.kill(terminal.pid, signal.SIGTERM)
    assert terminal.ended() == 0
    assert told.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid_file.read_text()), 0)


def test_one_command(opened: Node, tmp_path: Path) -> None:
    told: list[dict[str, str]] = []
    works = False

    def keep(texts: dict[str, str]) -> bool:
        told.append(texts)
        return works

    out = tmp_path / "out"
    assert run_one(opened, ["sh", "-c", f"pwd >{out}; echo x >culprit.txt; exit 7"], keep) == 7
    assert out.read_text() == f"{opened.place.of('/etc/falco')}\n"
    assert told[-1] == {"culprit.txt": "x\n"}
    told.clear()
    works = True
    assert run_one(opened, ["true"], keep) == 0
    assert told == [{"culprit.txt": "x\n"}]  # it was not kept before
    assert run_one(opened, ["true"], keep) == 0
    assert len(told) == 1
    assert run_one(opened, ["sh", "-c", "kill -9 $$"], keep) == 137
    with pytest.raises(TrainerError, match="no-such-command: command not found"):
        run_one(opened, ["no-such-command"], keep)


def test_texts_are_in_both_languages(opened: Node) -> None:
    for english, korean in TEXTS.values():
        assert english
        assert any("가" <= letter <= "힣" for letter in korean)
    assert tell("ko", "scaled") == TEXTS["scaled"][1]
    text = greeting(opened, "Title {braces}\x1b[2J", "en")
    assert "Title {braces}\\x1b[2J" in text
    assert "$NODE/etc/falco/culprit.txt" in text
    assert "scaled: what you change with kubectl scale" in text
