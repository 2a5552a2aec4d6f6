"""docs/codes: a page for each of the trainer's codes, whose bad example brings the code and whose good one does not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from trainer.diagnostics import SHORT_TEXT, Code
from trainer.engine import extended_outputs, load_rules
from trainer.source import SourceFile

FOLDER = Path(__file__).resolve().parent.parent.parent / "docs" / "codes"
CODES = [code for code in Code if code.startswith("TRN_") and code is not Code.TRN_CONTENT]
SUGGESTED = "container_id=%container.id container_name=%container.name"


def blocks(code: Code) -> dict[str, str]:
    text = (FOLDER / f"{code}.md").read_text(encoding="utf-8")
    return {kind: body for kind, body in re.findall(r"^```yaml (\w+)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)}


def codes_of(kind: str, code: Code) -> list[str]:
    parts = blocks(code)
    files = [SourceFile("base.yaml", parts["base"])] if "base" in parts else []
    files.append(SourceFile("local.yaml", parts[kind]))
    result = load_rules(files)
    found = list(result.diagnostics)
    if code is Code.TRN_OUTPUT_EXTENDED:
        found += extended_outputs(result.ruleset, files[-1], SUGGESTED)
    return [diagnostic.code.value for diagnostic in found]


@pytest.mark.parametrize("code", CODES)
def test_examples(code: Code) -> None:
    assert code.value in codes_of("bad", code)
    good = codes_of("good", code)
    assert code.value not in good
    assert not [other for other in good if other.startswith(("LOAD_ERR", "TRN_FATAL"))]


def test_each_page_has_a_code_and_each_code_a_page() -> None:
    assert {path.stem for path in FOLDER.glob("*.md")} - {"README"} == {code.value for code in CODES}


@pytest.mark.parametrize("code", CODES)
def test_page_says_what_why_and_how(code: Code) -> None:
    text = (FOLDER / f"{code}.md").read_text(encoding="utf-8")
    assert text.startswith(f"# {code}\n")
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == ["What", "Why", "How to fix it"]


def test_the_table_lists_every_code() -> None:
    listed = re.findall(
        r"^\| \[(\w+)\]\((\w+)\.md\) \| (.+) \|$", (FOLDER / "README.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert [name for name, *_ in listed] == sorted(code.value for code in CODES)
    assert all(name == page and text for name, page, text in listed)
    assert all(SHORT_TEXT[code] for code in CODES)
