"""The documentation's way to grade a narrowed base rule: `fires` for nothing, `silent` for the points."""

from __future__ import annotations

from pathlib import Path

from tests.small_pack import BASE, EXERCISE, write_pack
from trainer.content.loader import load_pack
from trainer.grading import verify_pack

TOOL = BASE.replace("proc.name = nc", "proc.name in (sh, bash)").replace("Reverse shell tool", "Shell started")
NARROWED = """\
- rule: Shell started
  condition: and container.name != reports
  override: {condition: append}
"""
CRITERIA = """\
criteria:
  - {id: loads, kind: loads, points: 1, text: {en: The rules load, ko: 룰이 로드된다}}
  - id: still-fires
    kind: fires
    points: 0
    needs: [loads]
    rule: Shell started
    actions: [sh-in-web]
    text: {en: Other shells are still reported, ko: 다른 셸은 여전히 알린다}
  - id: quiet
    kind: silent
    points: 9
    needs: [still-fires]
    rule: Shell started
    actions: [sh-in-reports]
    text: {en: The report's shell is quiet, ko: reports의 셸은 알리지 않는다}
decoys:
  - {file: decoys/off.yaml, fails: [still-fires], why: {en: Disabled, ko: 비활성화함}}
"""


def test_the_starter_earns_nothing_and_who_disables_the_rule_neither(tmp_path: Path) -> None:
    text = EXERCISE[: EXERCISE.index("criteria:")] + CRITERIA
    folder = write_pack(tmp_path, base=TOOL, exercise=text, reference=NARROWED, task="Narrow `Shell started`.\n")
    decoys = folder / "exercises" / "find-shells" / "decoys"
    (decoys / "off.yaml").write_text("- rule: Shell started\n  enabled: false\n  override: {enabled: replace}\n")
    pack, found = load_pack(folder)
    assert pack is not None
    assert [one.message for one in found if one.is_error] == []
    assert [row for row in verify_pack(pack).rows if not row.ok] == []
