"""What scenario.yaml may say of containers and actions, beyond the example of the documentation."""

from __future__ import annotations

from pathlib import Path

from trainer.content.scenarios import read_scenario

TITLE = "title: {en: Web, ko: 웹}\n"
ACTION = "actions: [{id: a, run: [id], in: web, kind: attack, why: {en: A., ko: 가.}}]\n"


def read(folder: Path, text: str) -> tuple[object, list[str]]:
    (folder / "scenario.yaml").write_text(text, encoding="utf-8")
    scenario, found = read_scenario(folder)
    return scenario, [item.message for item in found]


def test_options_are_read(tmp_path: Path) -> None:
    container = "cap_drop: [ALL], read_only: true, no_new_privileges: true, workdir: /srv"
    action = 'tty: true, env: {A: "1"}, workdir: /opt, lines: [id, exit]'
    text = (
        f"{TITLE}containers: [{{name: web, image: nginx, {container}}}]\n"
        f"actions: [{{id: a, run: [sh], in: web, kind: attack, why: {{en: A., ko: 가.}}, {action}}}]\n"
    )
    (tmp_path / "scenario.yaml").write_text(text, encoding="utf-8")
    scenario, found = read_scenario(tmp_path)
    assert found == ()
    assert scenario is not None
    (web,), (run,) = scenario.containers, scenario.actions
    assert (web.cap_drop, web.read_only, web.no_new_privileges, web.workdir) == (("ALL",), True, True, "/srv")
    assert (run.env, run.workdir, run.lines, run.stdin, run.starts) == ({"A": "1"}, "/opt", ("id", "exit"), None, False)


def test_a_root_that_may_not_be_written_has_no_files(tmp_path: Path) -> None:
    scenario, messages = read(
        tmp_path, f"{TITLE}containers: [{{name: web, image: nginx, read_only: true, files: {{/srv/a: x}}}}]\n{ACTION}"
    )
    assert scenario is None
    assert messages == ["a container with read_only: true can have no files"]


def test_lines_need_a_terminal(tmp_path: Path) -> None:
    scenario, messages = read(tmp_path, f"{TITLE}containers: [{{name: web, image: nginx}}]\n{ACTION[:-3]}, lines: [id]}}]\n")
    assert scenario is None
    assert messages == ["'lines' are typed at a terminal"]


def test_a_pack_cannot_choose_the_image_that_runs(tmp_path: Path) -> None:
    for option in ("base: debian", "host_pid: true", "host_network: true", "address: 10.0.0.1", "volumes: [/data]"):
        scenario, messages = read(tmp_path, f"{TITLE}containers: [{{name: web, image: nginx, {option}}}]\n{ACTION}")
        assert scenario is None
        assert "has no key" in messages[0]
