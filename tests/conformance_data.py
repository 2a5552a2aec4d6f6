"""Finds the conformance data: CKS_CONFORMANCE, or ../shared/conformance beside the checkout."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent


def conformance_folder() -> Path:
    """Where the data is looked for; it need not be there."""
    return Path(os.environ.get("CKS_CONFORMANCE") or ROOT.parent / "shared" / "conformance")


def conformance_path(*parts: str) -> Path:
    """Path inside the conformance data; skips the test where the data is absent, and fails it in CI."""
    folder = conformance_folder()
    if not folder.is_dir():
        message = f"no conformance data: set CKS_CONFORMANCE ({folder} is absent)"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return folder.joinpath(*parts)


def conformance_cases(name: str) -> Iterator[dict[str, Any]]:
    with conformance_path(name).open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)
