"""Falco as the node's service: ``systemctl`` and ``journalctl``. No process runs: at each start its rules see the whole recording at
once, and the alerts go to the journal, to /var/log/syslog and to file_output, as falco.yaml says.

What a node does otherwise: a start that Falco refuses is retried every 15 seconds there (Restart=on-failure), and status says
``activating (auto-restart)`` in between; here it is ``failed`` at once. The restart on changed files (``watch_config_files``, by default
true) happens when the service is looked at next.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

from trainer.node.arguments import UsageProblem, read_words
from trainer.node.journal import UNIT, UNIT_TITLE, Journal
from trainer.node.place import CONFIG, Place
from trainer.node.service_state import FAILED, RUNNING, STOPPED, ServiceState, fingerprint, read_state, write_state

_NAMES = frozenset({"falco", "falco-modern-bpf", "falco-kmod", "falco-bpf"})
"""Names of the unit; on a node ``falco`` is the alias of the one that is installed."""
_SHOWN = 10
"""Lines of the journal in ``systemctl status``."""


def systemctl(place: Place, arguments: list[str]) -> int:
    try:
        flags = {
            "--no-pager": "",
            "-l": "",
            "--full": "",
            "-q": "quiet",
            "--quiet": "quiet",
            "--now": "now",
            "--all": "",
            "-a": "",
        }
        read = read_words(arguments, {"-n": "lines", "--lines": "lines", "--type": "", "-t": ""}, flags)
    except UsageProblem as problem:
        print(f"systemctl: {problem}", file=sys.stderr)
        return 1
    verb, *units = read.words or ("list-units",)
    if verb == "daemon-reload":
        return 0
    if verb in ("list-units", "list-unit-files"):
        state = Service(place).state()
        sub = {RUNNING: "running", STOPPED: "dead", FAILED: "failed"}[state.state]
        print(f"{UNIT} loaded {state.state} {sub} {UNIT_TITLE}")
        return 0
    verbs: dict[str, Callable[[Service], int]] = {
        "status": _status,
        "is-active": _is_active,
        "is-enabled": _is_enabled,
        "restart": Service.restart,
        "try-restart": Service.restart,
        "start": Service.start,
        "stop": Service.stop,
        "reload": Service.reload,
        "reload-or-restart": Service.restart,
        "enable": Service.start if "now" in read.flags else _nothing,
        "disable": Service.stop if "now" in read.flags else _nothing,
    }
    if verb not in verbs:
        print(f"Unknown command verb '{verb}'.", file=sys.stderr)
        return 1
    if not units:
        print("Too few arguments.", file=sys.stderr)
        return 1
    code = 0
    for unit in units:
        name = unit.removesuffix(".service")
        if name not in _NAMES:
            known = "this node's only unit is falco"
            if verb in ("status", "is-active", "is-enabled"):
                print(f"Unit {name}.service could not be found. ({known})", file=sys.stderr)
                code = 4
            else:
                print(f"Failed to {verb} {name}.service: Unit {name}.service not found. ({known})", file=sys.stderr)
                code = 5
            continue
        code = verbs[verb](Service(place)) or code
    return code


def journalctl(place: Place, arguments: list[str]) -> int:
    """Lines of the unit, oldest first; -f goes on until Ctrl-C."""
    valued = {"-u": "unit", "--unit": "unit", "-n": "lines", "--lines": "lines", "-o": "output", "--output": "output"}
    valued |= {
        "-S": "since",
        "--since": "since",
        "-U": "until",
        "--until": "until",
        "-g": "grep",
        "--grep": "grep",
        "-t": "tag",
        "-p": "tag",
    }
    flags = {
        "-f": "follow",
        "--follow": "follow",
        "-r": "reverse",
        "--reverse": "reverse",
        "-q": "",
        "-e": "",
        "-x": "",
        "-b": "",
    }
    flags |= {"--no-pager": "", "--no-hostname": "", "-xe": "", "-xeu": "unit", "-a": "", "-l": "", "--full": ""}
    try:
        read = read_words(_joined(arguments), valued, flags)
        for name in ("since", "until", "tag"):
            if name in read.values:
                raise UsageProblem(f"this node's journal cannot be searched by {name}; use grep")
        lines = read.values.get("lines", "all")
        count = None if lines == "all" else int(lines) if lines.isascii() and lines.isdigit() and len(lines) < 8 else -1
        if count == -1:
            raise UsageProblem(f"Failed to parse lines '{lines}'")
    except UsageProblem as problem:
        print(f"journalctl: {problem}", file=sys.stderr)
        return 1
    unit = read.values.get("unit", "falco").removesuffix(".service")
    if unit not in _NAMES:
        print("-- No entries --")
        return 0
    Service(place).state()
    journal = Journal(place)
    found = [line for line in journal.lines() if read.values.get("grep", "") in line]
    if count is not None or "follow" in read.flags:
        found = found[-(count if count is not None else _SHOWN) :] if count != 0 else []
    if "reverse" in read.flags:
        found.reverse()
    cat = read.values.get("output") == "cat"
    for line in found or ["-- No entries --"]:
        print(journal.message(line) if cat else line)
    if "follow" in read.flags:
        sys.stdout.flush()
        for line in journal.follow():
            print(journal.message(line) if cat else line, flush=True)
    return 0


def _joined(arguments: list[str]) -> list[str]:
    """``-fu falco`` and ``-xeu falco`` are ``-f -u falco``."""
    found: list[str] = []
    for word in arguments:
        if len(word) > 2 and word[0] == "-" and word[1] != "-" and word.endswith("u") and set(word[1:-1]) <= set("fxeqrb"):
            found += [f"-{letter}" for letter in word[1:]]
        else:
            found.append(word)
    return found


class Service:
    """The unit. Every method brings it up to date first: a node's service was there before anybody looked."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self.journal = Journal(place)

    def state(self) -> ServiceState:
        """As it is now: started in the beginning, and restarted where watched files have changed."""
        found = read_state(self._place)
        if found is None:
            self._run()
        elif found.state == RUNNING and found.watch and fingerprint(found.files) != found.fingerprint:
            self.reload()
        state = read_state(self._place)
        assert state is not None
        return state

    def start(self) -> int:
        if self.state().state != RUNNING:
            self._run()
        return 0

    def restart(self) -> int:
        """Ends with 0 where Falco refuses its files, too: the unit's type is simple, so systemctl does not wait for it."""
        if (found := read_state(self._place)) is not None and found.state == RUNNING:
            self._stopped(found)
        self._run()
        return 0

    def stop(self) -> int:
        found = self.state()
        if found.state == RUNNING:
            self._stopped(found)
        write_state(self._place, found.with_state(STOPPED))
        return 0

    def reload(self) -> int:
        """SIGHUP. Falco looks at the new files first, and goes on as it was where it would refuse them."""
        found = read_state(self._place)
        if found is None or found.state != RUNNING:
            print(f"{UNIT} is not active, cannot reload.", file=sys.stderr)
            return 1
        self.journal.log(found.pid, "SIGHUP received, restarting...")
        new = self._started(found.pid)
        if new.state == RUNNING:
            write_state(self._place, new)
            return 0
        self.journal.log(found.pid, f"Error: {new.message}")
        self.journal.log(found.pid, "Falco goes on with the rules that it had")
        write_state(self._place, found.seen_again())
        return 0

    def _run(self) -> None:
        pid = self.journal.next_pid()
        self.journal.system(f"Started {UNIT} - {UNIT_TITLE}.")
        state = self._started(pid)
        if state.state != RUNNING:
            self.journal.log(pid, f"Error: {state.message}")
            self.journal.system(f"{UNIT}: Main process exited, code=exited, status=1/FAILURE")
            self.journal.system(f"{UNIT}: Failed with result 'exit-code'.")
        write_state(self._place, state)

    def _started(self, pid: int) -> ServiceState:
        from trainer.node.service_start import start_falco  # late: most questions to the service need no engine

        return start_falco(self._place, self.journal, pid)

    def _stopped(self, state: ServiceState) -> None:
        self.journal.log(state.pid, "SIGINT received, exiting...")
        self.journal.system(f"Stopped {UNIT} - {UNIT_TITLE}.")


def _nothing(service: Service) -> int:
    return 0


def _is_active(service: Service) -> int:
    state = service.state()
    print(state.state)
    return 0 if state.state == RUNNING else 3


def _is_enabled(service: Service) -> int:
    print("enabled")
    return 0


def _status(service: Service) -> int:
    state = service.state()
    journal = service.journal
    since = time.strftime("%a %Y-%m-%d %H:%M:%S %Z", time.localtime(state.since))
    words = {RUNNING: "active (running)", STOPPED: "inactive (dead)", FAILED: "failed (Result: exit-code)"}[state.state]
    lines = [
        f"{'○' if state.state == STOPPED else '×' if state.state == FAILED else '●'} {UNIT} - {UNIT_TITLE}",
        f"     Loaded: loaded (/usr/lib/systemd/system/{UNIT}; enabled; preset: enabled)",
        f"     Active: {words} since {since}",
        "       Docs: https://falco.org/docs/",
    ]
    if state.state == RUNNING:
        lines.append(f"   Main PID: {state.pid} (falco)")
    elif state.state == FAILED:
        lines.append(f"    Process: {state.pid} ExecStart=/usr/bin/falco -c {CONFIG} (code=exited, status=1/FAILURE)")
    print("\n".join([*lines, "", *journal.lines()[-_SHOWN:]]))
    return 0 if state.state == RUNNING else 3
