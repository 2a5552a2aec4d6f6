"""A new pack: a small working one to change, copied from ``example/`` beside this module."""

from __future__ import annotations

import re
import uuid
from pathlib import Path

from trainer.content.loader import core_pack_folder
from trainer.content.scenarios import NAME
from trainer.errors import PackError

_EXAMPLE = Path(__file__).resolve().parent / "example"
_BASE = Path("exercises") / "base" / "falco_rules.yaml"


def start_pack(folder: Path, pack_id: str | None = None) -> tuple[str, tuple[Path, ...]]:
    """Writes the example into an empty or new folder; gives the pack's id and the files. Raises PackError."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise PackError(f"{folder} is not empty" if folder.is_dir() else f"{folder} is a file", "name a new folder")
    chosen = pack_id or re.sub(r"[^a-z0-9]+", "-", folder.resolve().name.lower()).strip("-") or "my-pack"
    if not NAME.fullmatch(chosen) or len(chosen) > 64:
        raise PackError(f"{chosen[:80]!r} is no id: lower case letters, digits and - only", "choose one: --id my-pack")
    values = {"@ID@": chosen, "@UUID@": str(uuid.uuid4())}
    texts = {
        path.relative_to(_EXAMPLE): path.read_text(encoding="utf-8") for path in sorted(_EXAMPLE.rglob("*.*")) if path.is_file()
    }
    texts[_BASE] = (core_pack_folder() / _BASE).read_text(encoding="utf-8")
    written = []
    for name, text in sorted(texts.items()):
        for mark, value in values.items():
            text = text.replace(mark, value)
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        written.append(path)
    return chosen, tuple(written)
