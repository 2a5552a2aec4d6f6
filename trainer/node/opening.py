"""Opening a node: its private directory laid out, and the learner's files taken in and brought back without losing either side's text.

The directory stays between two shells. A file that the learner hands in (the rules, answers) has its text from the caller, who keeps it;
what a shell changed and nobody brought back, because the program was killed, comes back at the next opening.
"""

from __future__ import annotations

import hashlib
import json
import os
import shlex
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from importlib import resources
from pathlib import Path, PurePosixPath

from trainer.capture.node import node_containers, node_images
from trainer.content import Exercise, Scenario, recordings_by_seed
from trainer.content.footprint import visible
from trainer.errors import RecordingError, TrainerError
from trainer.grading import LEARNER_FILE
from trainer.node.launch import COMMANDS
from trainer.node.place import CONFIG, FALCO_FOLDER, INSIDE, SCALED, Place
from trainer.source import SourceFile

BASE_RULES = "/etc/falco/falco_rules.yaml"
CONFIG_FILE = "falco.yaml"
MAX_BYTES = 5_000_000
"""Of one file that is brought back."""
_FOLDERS = ("/etc/falco/rules.d", "/opt", "/root", "/tmp", "/var/log")
_GIVEN = "given.json"
_HELPERS = {
    "sudo": 'while [ $# -gt 0 ]; do case "$1" in -u|-g) shift 2 ;; -*) shift ;; *) break ;; esac; done\n'
    'if [ $# -eq 0 ]; then echo "cks-trainer: nothing needs root on this node" >&2; exit 1; fi\nexec "$@"\n',
    "service": 'if [ $# -lt 2 ]; then echo "usage: service falco status|start|stop|restart" >&2; exit 1; fi\nexec systemctl "$2" "$1"\n',
}
"""Commands that would reach the learner's own machine; here they stay on the node."""


def answer_path(exercise: Exercise, name: str) -> str:
    """Where the node has a file that the task asks for: what the criterion says, else beside the rules."""
    for criterion in exercise.criteria:
        path = criterion.params.get("path")
        if criterion.params.get("file") == name and isinstance(path, str):
            return path
    return str(PurePosixPath(FALCO_FOLDER) / name)


@dataclass(frozen=True)
class Node:
    """An open node."""

    place: Place
    files: Mapping[str, str]
    """Names of the files that the learner hands in, and their paths on the node."""
    taken: dict[str, str]
    """Their texts as the caller has them."""
    kept: tuple[str, ...] = ()
    """Files whose text of an earlier shell gave way to a newer one, and lies in ``.node/kept`` now."""

    def changes(self) -> dict[str, str]:
        """Texts that differ from the caller's, by name. A file that is gone or too big is not among them."""
        found: dict[str, str] = {}
        for name, path in self.files.items():
            text = _read(_real(self.place, name, path))
            if text is not None and text != self.taken[name]:
                found[name] = text
        return found

    def agree(self, texts: Mapping[str, str]) -> None:
        """The caller keeps these texts now. Said too early, a text that then could not be kept would be lost at the next opening."""
        self.taken.update(texts)
        _write_given(self.place, self.taken)

    def base_was_changed(self, base_rules: SourceFile) -> bool:
        """The learner edited falco_rules.yaml, which is not graded and is put back at the next opening."""
        return _read(self.place.of(BASE_RULES)) != base_rules.text


@contextmanager
def open_node(
    folder: Path,
    exercise: Exercise,
    scenario: Scenario,
    base_rules: SourceFile,
    texts: Mapping[str, str],
    *,
    fresh: bool = False,
    keep: bool = False,
) -> Iterator[Node]:
    """The node of an exercise in ``folder``, which is made, and is ours alone while it is open.

    ``exercise`` has its variables put in; ``texts`` are the learner's files by name, the rules among them. ``fresh`` forgets what an
    earlier shell left; ``keep``: the caller keeps no texts, so what is on the node stays. Raises RecordingError without a recording of the scenario's seed, TrainerError where the folder cannot be used.
    """
    recording = _recording(scenario)
    place = Place(folder.absolute())
    with ExitStack() as stack:
        try:
            stack.enter_context(_alone(place))
            if fresh:
                _empty(place.root)
            if keep:
                texts = {name: _of_node(place, exercise, name, text) for name, text in texts.items()}
            node = _lay_out(place, exercise, scenario, base_rules, texts, recording)
        except OSError as error:
            raise TrainerError(
                f"the node's folder {place.root} cannot be used: {error.strerror or error}",
                "take out of it what is in the way, or set CKS_TRAINER_HOME to another folder",
            ) from error
        yield node


def _of_node(place: Place, exercise: Exercise, name: str, text: str) -> str:
    there = _read(_real(place, name, answer_path(exercise, name)))
    return text if there is None else there


def _recording(scenario: Scenario) -> Path:
    found = recordings_by_seed(scenario.folder) if scenario.folder is not None else {}
    if scenario.seed not in found:
        there = ", ".join(map(str, found)) or "none"
        raise RecordingError(
            f"scenario {scenario.name!r} has no recording of seed {scenario.seed}, which the node's events come from",
            f"choose another seed (recorded: {there})",
        )
    return found[scenario.seed]


@contextmanager
def _alone(place: Place) -> Iterator[None]:
    if sys.platform == "win32":
        raise TrainerError("the node shell needs a POSIX system", "use WSL, or the editor of the trainer")
    import fcntl

    place.root.mkdir(parents=True, exist_ok=True, mode=0o700)
    place.inside.mkdir(exist_ok=True)
    with (place.inside / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise TrainerError("this node is open already", "leave its other shell first (exit)") from None
        yield


def _empty(root: Path) -> None:
    for path in root.iterdir():
        if path.name == INSIDE:
            for one in path.iterdir():
                if one.name != "lock":
                    shutil.rmtree(one) if one.is_dir() else one.unlink()
        elif path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def _lay_out(
    place: Place, exercise: Exercise, scenario: Scenario, base_rules: SourceFile, texts: Mapping[str, str], recording: Path
) -> Node:
    files = {name: answer_path(exercise, name) for name in texts}
    for folder in (*_FOLDERS, *(str(PurePosixPath(path).parent) for path in files.values())):
        place.of(folder).mkdir(parents=True, exist_ok=True)
    commands = {one.name: list(one.command) for one in scenario.containers}
    images = {f"{image.repository}:{image.tag}" if image.tag else image.repository: image.id for image in node_images(scenario)}
    facts = {
        "exercise": exercise.slug,
        "scenario": scenario.name,
        "seed": scenario.seed,
        "recording": str(recording),
        "containers": [
            _harmless({**asdict(one), "command": commands[one.name], "image_id": images[one.image]})
            for one in node_containers(scenario)
        ],
        "images": [_harmless(asdict(image)) for image in node_images(scenario)],
    }
    (place.inside / "node.json").write_text(json.dumps(facts, ensure_ascii=False, indent=1), encoding="utf-8")
    if not texts.get(CONFIG_FILE, "x").strip():
        texts = {**texts, CONFIG_FILE: default_config()}  # a Falco with an empty one would have no rules
    kept = _take_in(place, files, texts)
    _write(place.of(BASE_RULES), base_rules.text)
    if CONFIG_FILE not in texts and not place.of(CONFIG).exists():
        _write(place.of(CONFIG), default_config())
    _write_commands(place)
    return Node(place, files, dict(texts), kept)


def _harmless(item: Mapping[str, object]) -> dict[str, object]:
    """Without what a terminal would obey: the commands print what a pack wrote."""
    return {
        key: visible(value) if isinstance(value, str) else [visible(str(word)) for word in value]
        for key, value in item.items()
        if isinstance(value, str | list)
    }


def default_config() -> str:
    """The falco.yaml of a node whose exercise brings none."""
    return resources.files("trainer.node").joinpath("files", "falco.yaml").read_text(encoding="utf-8")


def _take_in(place: Place, files: Mapping[str, str], texts: Mapping[str, str]) -> tuple[str, ...]:
    """Writes the caller's texts, and leaves those that only a shell has changed; the names that gave way."""
    given, kept = _read_given(place), []
    for name, path in files.items():
        real, text = _real(place, name, path), texts[name]
        there = _read(real)
        changed_there = there is not None and name in given and _digest(there) != given[name]
        if there == text or (changed_there and _digest(text) == given[name]):
            continue
        if changed_there and there is not None:
            (place.inside / "kept").mkdir(exist_ok=True)
            _write(place.inside / "kept" / name, there)
            kept.append(name)
        _write(real, text)
    _write_given(place, texts)
    return tuple(kept)


def _real(place: Place, name: str, path: str) -> Path:
    return place.inside / SCALED if name == SCALED else place.of(path)


def _read(path: Path) -> str | None:
    try:
        if not path.is_file() or path.stat().st_size > MAX_BYTES:
            return None
        return path.read_bytes().decode("utf-8", "surrogateescape")
    except OSError:
        return None


def _write(path: Path, text: str) -> None:
    """Into the file that is there, whatever its owner made of its rights, or a new one."""
    if path.is_symlink() or (path.exists() and not os.access(path, os.W_OK)):
        path.unlink()
    path.write_bytes(text.encode("utf-8", "surrogateescape"))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def _read_given(place: Place) -> dict[str, str]:
    try:
        data = json.loads((place.inside / _GIVEN).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return data if isinstance(data, dict) else {}


def _write_given(place: Place, texts: Mapping[str, str]) -> None:
    new = place.inside / f"{_GIVEN}.new"
    new.write_text(json.dumps({name: _digest(text) for name, text in texts.items()}), encoding="utf-8")
    new.replace(place.inside / _GIVEN)


def _write_commands(place: Place) -> None:
    """Launchers for the folder that stands first in PATH. They name this Python and this trainer, so nothing of the learner's is asked."""
    bin_folder = place.root / "bin"
    bin_folder.mkdir(exist_ok=True)
    package = Path(__file__).resolve().parent.parent.parent
    starter = place.inside / "start.py"
    starter.write_text(
        f"import sys\nsys.path[0] = {str(package)!r}\nfrom trainer.node.launch import main\n"
        f"sys.exit(main({str(place.root)!r}, sys.argv[1], sys.argv[2:]))\n",
        encoding="utf-8",
    )
    python = shlex.quote(sys.executable)
    for name in COMMANDS:
        _write_script(bin_folder / name, f'exec {python} {shlex.quote(str(starter))} {name} "$@"\n')
    for name, body in _HELPERS.items():
        _write_script(bin_folder / name, body)


def _write_script(path: Path, body: str) -> None:
    path.write_text(f"#!/bin/sh\n{body}", encoding="utf-8")
    path.chmod(0o755)


__all__ = ["BASE_RULES", "LEARNER_FILE", "Node", "answer_path", "default_config", "open_node"]
