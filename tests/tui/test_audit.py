"""An exercise on audit events in the TUI: who asked for what, fields ka.* in the reasons, and no talk of Docker."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import DataTable, Static

from tests.audit_pack import ANY, GOOD, write_audit_pack
from tests.tui.conftest import WIDE, OpenApp, open_study, run
from trainer.tui.widgets.actions import Actions
from trainer.tui.widgets.criteria import Criteria
from trainer.tui.widgets.events import Events
from trainer.tui.widgets.frame import TitleBar


@pytest.fixture
def pack_folder(tmp_path: Path) -> Path:
    return write_audit_pack(tmp_path / "pack")


def row(table: DataTable[object], number: int) -> list[str]:
    return [str(cell) for cell in table.get_row_at(number)]


async def test_events_are_requests_of_users(open_app: OpenApp) -> None:
    app = open_app()
    async with app.run_test(size=WIDE) as pilot:
        screen = await open_study(pilot, ANY)
        assert [found for found in screen.editor.diagnostics if found.is_error] == []
        assert "given events" in str(screen.query_one(TitleBar).content)
        await run(pilot)
        table = screen.query_one(Events).table
        assert table.titles[3] == "user"
        expected = ("3", "attach-in-prod", "pluginevent", "alice", "Exec in prod", "create pods/attach prod/web-0 (101)")
        assert table.texts(2) == expected
        shown = str(screen.query_one(Criteria).query_one(Static).content)
        assert "4 events (given events)" in shown
        assert "audit events are given; nothing is run" in shown
        reasons = row(screen.query_one(Actions).query_one(DataTable), 1)
        assert "ka.target.subresource" in reasons[2]


async def test_ka_fields_are_proposed(open_app: OpenApp) -> None:
    app = open_app()
    async with app.run_test(size=WIDE) as pilot:
        screen = await open_study(pilot, GOOD)
        assert screen.exercise.is_given
        assert "k8saudit" in app.desk.check(screen.exercise, GOOD).known.plugins
        await run(pilot)
        assert "passed" in str(screen.query_one(Criteria).query_one(Static).content)
