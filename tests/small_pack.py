"""A small pack for tests: one scenario with hand-made events, one exercise. Tests change its files and look what happens."""

from __future__ import annotations

from pathlib import Path

from trainer.events import ActionResult, Event, FieldValue, Recording, RecordingHeader, write_recording

BASE = """\
- macro: container
  condition: (container.id != host)
- macro: spawned_process
  condition: (evt.type in (execve, execveat))
- list: shells
  items: [sh, bash]
- rule: Reverse shell tool
  desc: A tool.
  condition: spawned_process and container and proc.name = nc
  output: Tool %proc.name
  priority: NOTICE
  tags: [network]
"""
STARTER = "# Write your rule here.\n"
REFERENCE = """\
- rule: Shell in web
  desc: A shell in the web container.
  condition: spawned_process and container.name = "${app}" and proc.name in (shells)
  output: "%evt.num,%user.uid,%proc.name"
  priority: WARNING
  tags: [cks]
"""
EVERY_CONTAINER = REFERENCE.replace('container.name = "${app}"', "container")
ONLY_BASH = REFERENCE.replace("proc.name in (shells)", "proc.name = bash")
PACK = """\
format_version: 1
id: small
version: 1.2.0
title: {en: Small, ko: 작은}
licence: Apache-2.0
languages: [en, ko]
falco: 0.44.1
base_rules: base/falco_rules.yaml
"""
SCENARIO = """\
format_version: 1
title: {en: Shells, ko: 셸}
variables:
  app: [web, shop, billing]
containers:
  - name: ${app}
    image: nginx:1.27
  - name: reports
    image: alpine:3.20
    network: true
actions:
  - id: sh-in-web
    run: [sh, -c, id]
    in: ${app}
    kind: attack
    why: {en: A shell in the web app., ko: 웹 앱의 셸.}
  - id: bash-in-web
    run: [bash, -c, id]
    in: ${app}
    kind: attack
    why: {en: bash is a shell too., ko: bash도 셸.}
  - id: sh-in-reports
    run: [sh, -c, date]
    in: reports
    kind: benign
    why: {en: Its job., ko: 하는 일.}
  - id: cat-in-web
    run: [cat, /etc/hosts]
    in: ${app}
    kind: background
    why: {en: Daily life., ko: 일상.}
"""
EXERCISE = """\
format_version: 1
uuid: 0f6c3a0e-56a5-4c52-9d6e-0a4f4b8e7c11
title: {en: Find shells, ko: 셸 찾기}
domain: runtime
skills: [spawned_process]
difficulty: quick
target_seconds: 120
points: 10
scenario: shells
criteria:
  - id: loads
    kind: loads
    points: 1
    text: {en: The rules load, ko: 룰이 로드된다}
  - id: catches
    kind: fires
    points: 4
    needs: [loads]
    rule: Shell in web
    actions: [sh-in-web, bash-in-web]
    text: {en: Shells are caught, ko: 셸을 잡는다}
  - id: quiet
    kind: silent
    points: 2
    needs: [catches]
    rule: Shell in web
    actions: [sh-in-reports, cat-in-web]
    text: {en: The rest is quiet, ko: 나머지는 조용하다}
  - id: line
    kind: output
    points: 2
    needs: [catches]
    rule: Shell in web
    line: "%evt.num,%user.uid,%proc.name"
    text: {en: The line is right, ko: 출력이 맞다}
  - id: warning
    kind: priority
    points: 1
    needs: [catches]
    rule: Shell in web
    priority: WARNING
    text: {en: The priority is WARNING, ko: 우선순위가 WARNING이다}
hints:
  - when: always
    text: {en: Think of macros., ko: 매크로를 생각하세요.}
  - when: quiet
    text: {en: "Which container?", ko: "어느 컨테이너?"}
  - when: LOAD_NO_EVTTYPE
    text: {en: Name the event type., ko: 이벤트 유형을 쓰세요.}
  - when: quiet
    text: {en: Look at container.name., ko: container.name을 보세요.}
decoys:
  - file: decoys/every-container.yaml
    fails: [quiet]
    why: {en: Every container, ko: 모든 컨테이너}
  - file: decoys/only-bash.yaml
    fails: [catches]
    why: {en: Only bash, ko: bash만}
"""
TASK = "Write the rule `Shell in web` with priority WARNING and the output `%evt.num,%user.uid,%proc.name`.\n"


def write_pack(folder: Path, **changed: str) -> Path:
    """Writes the pack; ``changed`` replaces whole files: pack, scenario, exercise, base, reference, starter."""
    exercise = folder / "exercises" / "find-shells"
    files = {
        folder / "exercises" / "pack.yaml": changed.get("pack", PACK),
        folder / "exercises" / "base" / "falco_rules.yaml": changed.get("base", BASE),
        folder / "scenarios" / "shells" / "scenario.yaml": changed.get("scenario", SCENARIO),
        exercise / "exercise.yaml": changed.get("exercise", EXERCISE),
        exercise / "task.en.md": changed.get("task", TASK),
        exercise / "task.ko.md": changed.get("task", TASK),
        exercise / "starter.yaml": changed.get("starter", STARTER),
        exercise / "reference.yaml": changed.get("reference", REFERENCE),
        exercise / "decoys" / "every-container.yaml": EVERY_CONTAINER,
        exercise / "decoys" / "only-bash.yaml": ONLY_BASH,
    }
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    recordings = folder / "scenarios" / "shells" / "recordings"
    write_recording(recording(0, "web"), recordings / "seed-0.jsonl")
    return folder


def spawn(num: int, action: str | None, container: str, name: str, arguments: str = "", **more: FieldValue) -> Event:
    fields: dict[str, FieldValue] = {
        "evt.type": "execve",
        "container.id": "0123456789ab",
        "container.name": container,
        "proc.name": name,
        "proc.cmdline": f"{name} {arguments}".strip(),
        "user.uid": 0,
        **more,
    }
    return Event(num, 1_767_225_600_000_000_000 + num * 1_000_000, "execve", "syscall", fields, action)


def opened(num: int, action: str | None, container: str, name: str, path: str, flags: str = "O_RDONLY") -> Event:
    event = spawn(num, action, container, name, path)
    fields = {**event.fields, "evt.type": "openat", "fd.name": path, "evt.is_open_read": flags == "O_RDONLY"}
    return Event(num, event.time_ns, "openat", "syscall", fields, action)


def shell_events(app: str = "web") -> tuple[Event, ...]:
    return (
        spawn(1, None, "reports", "sleep", "600"),
        spawn(2, "sh-in-web", app, "sh", "-c id"),
        opened(3, "sh-in-web", app, "sh", "/lib/libc.so"),
        spawn(4, "bash-in-web", app, "bash", "-c id"),
        spawn(5, "sh-in-reports", "reports", "sh", "-c date"),
        spawn(6, "cat-in-web", app, "cat", "/etc/hosts"),
        opened(7, "cat-in-web", app, "cat", "/etc/hosts"),
    )


def shell_results() -> tuple[ActionResult, ...]:
    names = ("sh-in-web", "bash-in-web", "sh-in-reports", "cat-in-web")
    return tuple(ActionResult(name, 0, 0, 0, None) for name in names)


def recording(seed: int, app: str, scenario: str = "shells") -> Recording:
    return Recording(RecordingHeader(1, scenario, seed, "cks-trainer"), shell_events(app), shell_results())
