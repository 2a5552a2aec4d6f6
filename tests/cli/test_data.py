"""progress, drill, data: what scripts get, and what is said when it does not work."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from tests.cli.conftest import Done
from trainer.content import core_pack_folder

Cli = Callable[..., Done]
SLUG = "shell-in-container"
REFERENCE = str(core_pack_folder() / "exercises" / SLUG / "reference.yaml")


def grade(cli: Cli) -> None:
    assert cli("grade", SLUG, "--rules", REFERENCE, "--recorded").code == 0


def test_progress_has_the_figures(cli: Cli) -> None:
    grade(cli)
    data = json.loads(cli("progress", "--json").out)
    row = next(one for one in data["exercises"] if one["slug"] == SLUG)
    assert (row["state"], row["clean"], row["attempts"], row["due"]) == ("passed", True, 1, False)
    skill = next(one for one in data["skills"] if one["skill"] == "spawned_process")
    assert (skill["level"], skill["first_try_rate"], skill["due"]) == (1, 1.0, False)
    assert data["first_try_rate"] == 1.0
    assert data["streak_days"] == 1
    assert data["exams"] == []
    shown = cli("progress").out
    assert "spawned_process" in shown
    assert "first try 1 of 1" in shown


def test_list_says_what_is_due(cli: Cli) -> None:
    grade(cli)
    data = json.loads(cli("list", "--json").out)
    assert data["due_today"] == {"skills": [], "exercises": []}
    assert {row["slug"]: row["clean"] for row in data["exercises"]}[SLUG] is True


def test_a_drill_draws_one_to_three(cli: Cli) -> None:
    first = json.loads(cli("drill", "--json", "--seed", "5").out)["exercises"]
    assert 1 <= len(first) <= 3
    assert json.loads(cli("drill", "--json", "--seed", "5").out)["exercises"] == first
    shown = cli("drill").out
    assert f"cks-trainer grade {first[0]['slug']} --seed" in shown
    assert "\\n" not in shown


def test_data_goes_out_and_comes_back(cli: Cli, tmp_path: Path) -> None:
    grade(cli)
    file = tmp_path / "mine.json"
    assert cli("data", "export", str(file)).code == 0
    again = cli("data", "export", str(file))
    assert again.code == 2
    assert "--force" in again.err
    unasked = cli("data", "reset")
    assert unasked.code == 2
    assert "--yes" in unasked.err
    reset = cli("data", "reset", SLUG, "--yes")
    assert reset.code == 0
    assert str(tmp_path / "home" / "backups") in reset.err
    states = {row["slug"]: row["state"] for row in json.loads(cli("list", "--json").out)["exercises"]}
    assert states[SLUG] == "new"
    assert "1 attempts" in cli("data", "import", str(file)).err
    assert "nothing new" in cli("data", "import", str(file)).err
    states = {row["slug"]: row["state"] for row in json.loads(cli("list", "--json").out)["exercises"]}
    assert states[SLUG] == "passed"


def test_data_that_is_not_there(cli: Cli, tmp_path: Path) -> None:
    missing = cli("data", "import", str(tmp_path / "no"))
    assert missing.code == 2
    assert "next:" in missing.err
    assert cli("data", "reset", "no-such-exercise", "--yes").code == 2
    assert "nothing of" in cli("data", "reset", SLUG, "--yes").err
    assert cli("data", "export", str(tmp_path / "home" / "progress.sqlite3" / "x")).code == 2


def test_where(cli: Cli, tmp_path: Path) -> None:
    places = json.loads(cli("data", "where", "--json").out)
    assert places["store"] == str(tmp_path / "home" / "progress.sqlite3")
    assert places["folder"] in cli("data", "where").out
