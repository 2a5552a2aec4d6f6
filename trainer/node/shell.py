"""The learner's own shell on an open node: started in /etc/falco with the node's commands first in PATH, and watched for changes."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from trainer.errors import TrainerError
from trainer.node.opening import Node
from trainer.node.place import FALCO_FOLDER, Place
from trainer.node.texts import greeting, tell

Keep = Callable[[dict[str, str]], bool]
"""Told texts that were changed, by name; whether they are kept now. It is told again what is not."""
LOOK_EVERY = 0.5
"""Seconds between two looks at the files, so that a kill takes little."""
_PATIENCE = 10
"""Looks after which a shell that does not go home is ended."""
_PROMPT = 'node:${PWD#"$NODE"}'
_BASH = """\
[ -f /etc/bash.bashrc ] && . /etc/bash.bashrc
[ -f ~/.bashrc ] && . ~/.bashrc
unset PROMPT_COMMAND
export PATH="$NODE/bin:$PATH"
PS1='{prompt}\\$ '
"""
_ZSH = """\
[ -f "$HOME/.zshrc" ] && . "$HOME/.zshrc"
export PATH="$NODE/bin:$PATH"
setopt PROMPT_SUBST
precmd_functions=()
PROMPT='{prompt}%# '
RPROMPT=
"""
_SH = """\
PATH="$NODE/bin:$PATH"
PS1='{prompt}$ '
"""
_FISH = 'set -gx PATH $NODE/bin $PATH; function fish_prompt; echo -n "node:"(string replace -- $NODE "" $PWD)"> "; end'


def environment(place: Place, base: Mapping[str, str]) -> dict[str, str]:
    """``base`` with the node's commands first. KUBECONFIG is taken out: nothing here may reach the learner's own cluster."""
    found = {**base, "NODE": str(place.root), "PATH": f"{place.root / 'bin'}{os.pathsep}{base.get('PATH', os.defpath)}"}
    found.pop("KUBECONFIG", None)
    return found


def run_shell(node: Node, lang: str, title: str, keep: Keep, over: Callable[[], bool] = lambda: False) -> int:
    """The shell until its end; its exit code. The terminal must be free. ``keep`` is told changed files as they are saved;
    when ``over`` says True, which is asked as often, the shell is sent home. Raises TrainerError where there is no shell.
    """
    print(greeting(node, title, lang), flush=True)
    env = environment(node.place, os.environ)
    command = _command(node.place, env)
    return _watched(command, node, env, keep, over, tell(lang, "over"))


def run_one(node: Node, command: Sequence[str], keep: Keep) -> int:
    """One command of the node, or of this machine, in /etc/falco of the node; its exit code. Raises TrainerError where there is none."""
    env = environment(node.place, os.environ)
    program = shutil.which(command[0], path=env["PATH"])
    if program is None:
        raise TrainerError(
            f"{command[0]}: command not found", "commands of the node: falco, systemctl, journalctl, crictl, kubectl"
        )
    return _watched([program, *command[1:]], node, env, keep)


def _watched(
    command: Sequence[str],
    node: Node,
    env: Mapping[str, str],
    keep: Keep,
    over: Callable[[], bool] = lambda: False,
    farewell: str = "",
) -> int:
    def look() -> None:
        changed = node.changes()
        if changed and keep(changed):
            node.agree(changed)

    with _interrupts_are_the_shells():
        try:
            process = subprocess.Popen(command, cwd=node.place.of(FALCO_FOLDER), env=dict(env))
        except OSError as error:
            raise TrainerError(f"{command[0]} cannot be started: {error.strerror or error}", "set SHELL to your shell") from None
        try:
            _wait(process, look, over, farewell)
        except BaseException:  # told to end ourselves: what we started goes first
            process.send_signal(signal.SIGHUP)
            with suppress(subprocess.TimeoutExpired):
                process.wait(LOOK_EVERY * _PATIENCE)
            process.kill()
            look()
            raise
        look()
    code = process.returncode
    return code if code >= 0 else 128 - code


def _wait(process: subprocess.Popen[bytes], look: Callable[[], None], over: Callable[[], bool], farewell: str) -> None:
    """Until it ends; it is sent home when ``over`` says so."""
    looks_after_the_end = 0
    while process.poll() is None:
        with suppress(subprocess.TimeoutExpired):
            process.wait(LOOK_EVERY)
        look()
        if over():
            looks_after_the_end += 1
            if looks_after_the_end == 1:
                print(f"\r\n{farewell}\r", flush=True)
                process.send_signal(signal.SIGHUP)
            elif looks_after_the_end > _PATIENCE:
                process.kill()


@contextmanager
def _interrupts_are_the_shells() -> Iterator[None]:
    """Ctrl-C is for what runs in the shell, and not for us who wait. A handler is not inherited by the child, unlike ignoring it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, lambda *_: None) for number in (signal.SIGINT, signal.SIGQUIT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _command(place: Place, env: dict[str, str]) -> list[str]:
    """$SHELL, else bash, else sh, told to read the node's prompt behind the learner's own set-up."""
    for wanted in (env.get("SHELL", ""), "bash", "sh"):
        program = shutil.which(wanted) if wanted else None
        if program is not None:
            break
    else:
        raise TrainerError("there is no shell: SHELL, bash and sh were looked for", "set SHELL to your shell")
    name = Path(program).name
    if name == "bash":
        return [program, "--rcfile", str(_file(place, "bashrc", _BASH)), "-i"]
    if name == "zsh":
        env["ZDOTDIR"] = str(_file(place, "zsh/.zshrc", _ZSH).parent)
        return [program, "-i"]
    if name == "fish":
        return [program, "-i", "-C", _FISH]
    env["ENV"] = str(_file(place, "shrc", _SH))
    return [program, "-i"]


def _file(place: Place, name: str, text: str) -> Path:
    path = place.inside / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text.replace("{prompt}", _PROMPT), encoding="utf-8")
    return path
