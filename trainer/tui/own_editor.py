"""A text in the learner's own editor: $VISUAL or $EDITOR, on a temporary file."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
from pathlib import Path

from trainer.tui.desk import Failure


def edited(text: str, name: str) -> str | Failure:
    """What the editor left, or why there is nothing. Blocks; the terminal must be free."""
    command = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    with tempfile.TemporaryDirectory(prefix="cks-trainer-") as folder:
        path = Path(folder) / Path(name).name
        path.write_bytes(text.encode("utf-8", "surrogateescape"))
        try:
            code = subprocess.run([*shlex.split(command), str(path)], check=False).returncode
            if code != 0:
                return Failure(f"{command}: exit code {code}")
            return path.read_bytes().decode("utf-8", "surrogateescape")
        except (OSError, ValueError) as error:
            return Failure(f"{command}: {getattr(error, 'strerror', None) or error}")
