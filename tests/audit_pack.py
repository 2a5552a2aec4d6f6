"""A small pack whose scenario gives audit events. Tests change its files and look what happens."""

from __future__ import annotations

from pathlib import Path

from tests.small_pack import BASE, PACK
from trainer.content import load_scenario
from trainer.content.given import given_recording
from trainer.events import write_recording

SCENARIO = """\
format_version: 1
title: {en: Execs, ko: 실행}
source: k8s_audit
variables:
  ns: [prod, payments]
actions:
  - id: exec-in-prod
    kind: attack
    why: {en: A shell., ko: 셸.}
    audit:
      - stage: ResponseStarted
        verb: create
        user: {username: alice, groups: [devs, "system:authenticated"]}
        objectRef: {resource: pods, subresource: exec, namespace: "${ns}", name: web-0}
        responseStatus: {code: 101}
      - verb: create
        user: {username: alice}
        objectRef: {resource: pods, subresource: exec, namespace: "${ns}", name: web-0}
        responseStatus: {code: 101}
  - id: attach-in-prod
    kind: benign
    why: {en: Attached., ko: 연결.}
    audit:
      verb: create
      user: {username: alice}
      objectRef: {resource: pods, subresource: attach, namespace: "${ns}", name: web-0}
      responseStatus: {code: 101}
  - id: refused
    kind: background
    why: {en: Refused., ko: 거부.}
    audit:
      verb: create
      user: {username: bob}
      objectRef: {resource: pods, subresource: exec, namespace: "${ns}-x", name: web-0}
      responseStatus: {code: 403, reason: Forbidden}
"""
REFERENCE = """\
- rule: Exec in prod
  desc: A command in a pod.
  condition: ka.target.subresource = exec and ka.target.namespace = "${ns}"
  output: "%ka.user.name %ka.target.name"
  priority: WARNING
  source: k8s_audit
"""
GOOD = REFERENCE.replace("${ns}", "prod")
ANY = GOOD.replace("ka.target.subresource = exec", "ka.target.subresource exists")
EXERCISE = """\
format_version: 1
uuid: 5a5c0d54-7d3b-4e0f-9d51-8b8c8f0e2a11
title: {en: Find execs, ko: 실행 찾기}
domain: runtime
skills: [k8s_audit]
difficulty: quick
target_seconds: 120
points: 10
scenario: execs
criteria:
  - {id: loads, kind: loads, points: 1, text: {en: Loads, ko: 로드}}
  - {id: catches, kind: fires, points: 5, needs: [loads], rule: Exec in prod, actions: [exec-in-prod], text: {en: Caught, ko: 탐지}}
  - {id: quiet, kind: silent, points: 2, needs: [catches], rule: Exec in prod, actions: [attach-in-prod, refused], text: {en: Quiet, ko: 조용}}
  - {id: line, kind: output, points: 2, needs: [catches], rule: Exec in prod, line: "%ka.user.name %ka.target.name", text: {en: Line, ko: 출력}}
hints:
  - {when: always, text: {en: "Which part of the pod?", ko: "파드의 어느 부분인가요?"}}
decoys:
  - {file: decoys/any.yaml, fails: [quiet], why: {en: Any part, ko: 모든 부분}}
"""
TASK = "The node runs the plugin k8saudit. Write `Exec in prod` with the output `%ka.user.name %ka.target.name`.\n"


def write_audit_pack(folder: Path, *, record: bool = True, **changed: str) -> Path:
    """``changed`` replaces whole files: scenario, exercise, reference, starter."""
    exercise = folder / "exercises" / "find-execs"
    scenario = folder / "scenarios" / "execs"
    files = {
        folder / "exercises" / "pack.yaml": PACK.replace("id: small", "id: audits"),
        folder / "exercises" / "base" / "falco_rules.yaml": BASE,
        scenario / "scenario.yaml": changed.get("scenario", SCENARIO),
        exercise / "exercise.yaml": changed.get("exercise", EXERCISE),
        exercise / "task.en.md": TASK,
        exercise / "task.ko.md": TASK,
        exercise / "starter.yaml": changed.get("starter", "# Here.\n"),
        exercise / "reference.yaml": changed.get("reference", REFERENCE),
        exercise / "decoys" / "any.yaml": ANY.replace('"prod"', '"${ns}"'),
    }
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    if record:
        write_recording(given_recording(load_scenario(scenario)), scenario / "recordings" / "seed-0.jsonl")
    return folder
