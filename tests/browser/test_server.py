"""The server of ``cks-trainer serve`` without a browser: who comes in, what its page names, and that nothing outlives it."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import time
from collections.abc import Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from tests.browser.chromium import Served, needs_serve, served
from tests.cli.conftest import cli as cli
from tests.docker_engine import needs_docker
from trainer.cli.serve import is_loopback

if TYPE_CHECKING:
    from aiohttp import ClientSession, ClientWebSocketResponse

SECONDS = 60.0


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def until(holds: Callable[[], bool], seconds: float = SECONDS) -> bool:
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:
        time.sleep(0.05)
    return holds()


@asynccontextmanager
async def entered(server: Served):  # type: ignore[no-untyped-def]
    """A client that used the address, and the server's base address."""
    from aiohttp import ClientSession, CookieJar

    base = server.address.partition("/?")[0]
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as client:
        async with client.get(server.address) as answer:
            assert answer.status == 200
        yield client, base


@asynccontextmanager
async def opened(client: ClientSession, base: str, query: str = "?width=100&height=30"):  # type: ignore[no-untyped-def]
    async with client.ws_connect(f"{base}/ws{query}", headers={"Origin": base}) as tab:
        yield tab


async def seen(tab: ClientWebSocketResponse, wanted: str) -> str:
    """What the program wrote until it wrote this."""
    text = ""
    async with asyncio.timeout(SECONDS):
        async for message in tab:
            text += message.data.decode("utf-8", "replace") if isinstance(message.data, bytes) else ""
            if wanted in text:
                return text
    raise AssertionError(f"closed before {wanted!r}: {text[-500:]!r}")


@needs_serve
async def test_an_address_opens_the_trainer_for_one_browser(tmp_path: Path) -> None:
    from aiohttp import ClientSession

    with served(tmp_path / "home") as server:
        async with entered(server) as (client, base):
            async with client.get(f"{base}/") as answer:
                assert answer.status == 200
                page = await answer.text()
                assert re.findall(r"https?://", page) == []
                assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
            async with client.get(server.address, allow_redirects=False) as answer:  # out of the address line
                assert (answer.status, answer.headers["Location"]) == (303, "/")
            async with ClientSession() as stranger:
                for address in (server.address, f"{base}/", f"{base}/page.js", f"{base}/?token=ü", f"{base}/nothing"):
                    async with stranger.get(address) as answer:
                        assert answer.status == 403, address
                async with stranger.get(f"{base}/ws", headers={"Origin": base}) as answer:
                    assert answer.status == 403
            assert server.next_address != server.address


@needs_serve
async def test_another_page_of_the_browser_gets_no_websocket(tmp_path: Path) -> None:
    from aiohttp import WSServerHandshakeError

    with served(tmp_path / "home") as server:
        async with entered(server) as (client, base):
            for origin in ("http://evil.example", base.replace("127.0.0.1", "localhost"), f"{base}1", ""):
                with pytest.raises(WSServerHandshakeError) as refused:
                    async with client.ws_connect(f"{base}/ws", headers={"Origin": origin}):
                        pass
                assert refused.value.status == 403
            assert server.children() == []


@needs_serve
async def test_what_is_no_message_is_nothing(tmp_path: Path) -> None:
    with served(tmp_path / "home") as server:
        async with entered(server) as (client, base), opened(client, base, "?width=-3&height=99999999999") as tab:
            for text in (
                "",
                "{",
                "7",
                "{}",
                "[]",
                "[1]",
                '["stdin"]',
                '["stdin", 3]',
                '["resize", {"width": "x"}]',
                '["\\ud800"]',
            ):
                await tab.send_str(text)
            await tab.send_bytes(b"\xff\x00")
            await tab.send_json(["resize", {"width": 100, "height": 30}])
            await tab.send_json(["stdin", "\ud800"])
            await seen(tab, "CKS")
        assert "Traceback" not in server.output


@needs_serve
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
async def test_a_signal_ends_the_server_and_its_programs(tmp_path: Path, name: str) -> None:
    with served(tmp_path / "home") as server:
        async with entered(server) as (client, base), opened(client, base) as tab:
            await seen(tab, "CKS")
            (program,) = server.children()
            server.process.send_signal(getattr(signal, name))
            async with asyncio.timeout(SECONDS):
                async for _ in tab:
                    pass
            assert server.end(signal.SIGCONT) == 0
        assert gone(program)
        assert server.lines[-1].startswith("stopped; everything is saved")
        assert "Traceback" not in server.output


@needs_serve
async def test_killed_the_server_leaves_no_program(tmp_path: Path) -> None:
    with served(tmp_path / "home") as server:
        async with entered(server) as (client, base), opened(client, base) as tab:
            await seen(tab, "CKS")
            (program,) = server.children()
            server.end(signal.SIGKILL)
        assert until(lambda: gone(program))


@needs_serve
async def test_a_program_that_cannot_start_says_why_in_the_page(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file where a folder should be")
    with served(tmp_path / "home") as server:
        async with entered(server) as (client, base), opened(client, base) as tab:
            text = await seen(tab, "next: ")
            assert "error: " in text
            async with asyncio.timeout(SECONDS):
                async for _ in tab:
                    pass
        assert "Traceback" not in server.output


@pytest.mark.docker
@needs_serve
@needs_docker
@pytest.mark.xdist_group("docker")
async def test_a_tab_that_is_closed_in_a_live_run_leaves_no_container(tmp_path: Path) -> None:
    from trainer.capture.docker_engine import LABEL, OWNER_PID, connect

    def containers(pid: int) -> int:
        found = connect().containers(all=True, filters={"label": LABEL})
        return sum(item["Labels"].get(OWNER_PID, "").startswith(f"{pid}:") for item in found)

    docker = os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock")
    with served(tmp_path / "home", env={"DOCKER_HOST": docker}) as server:
        async with entered(server) as (client, base):
            async with opened(client, base) as tab:
                await seen(tab, "Detect a shell")
                await asyncio.sleep(3)  # Docker is asked meanwhile
                await tab.send_json(["stdin", "detect a shell"])
                await tab.send_json(["stdin", "\r"])
                await seen(tab, "falco_rules.local.yaml")
                (program,) = server.children()
                await tab.send_json(["stdin", "\x1b[15~"])
                reading = asyncio.ensure_future(seen(tab, "never written"))
                assert await asyncio.to_thread(until, lambda: containers(program) > 0)
                reading.cancel()
                with suppress(asyncio.CancelledError):
                    await reading
            assert await asyncio.to_thread(until, lambda: gone(program))
        assert containers(program) == 0


def test_without_its_library_serve_says_how_to_get_it(cli, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr("trainer.cli.serve.find_spec", lambda name: None)
    done = cli("serve")
    assert done.code == 2
    assert done.err.splitlines() == [
        "error: serve needs textual-serve, which is not installed",
        "next: pip install 'cks-trainer[serve]'",
    ]


@needs_serve
def test_a_port_that_is_taken_is_a_sentence(cli) -> None:  # type: ignore[no-untyped-def]
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = cli("serve", "--port", str(taken.getsockname()[1]))
    assert done.code == 2
    assert "cannot be listened on" in done.err
    assert "--port 0" in done.err


@needs_serve
@pytest.mark.parametrize("host", ["no.such.host.invalid", "", "192.0.2.7", "a" * 300])
def test_an_address_of_another_machine_is_a_sentence(cli, host: str) -> None:  # type: ignore[no-untyped-def]
    done = cli("serve", "--host", host, "--port", "0")
    assert done.code == 2
    assert re.search(r"^next: ", done.err, re.MULTILINE)


@needs_serve
@pytest.mark.parametrize("lang, word", [("en", "uses your account"), ("ko", "내 계정")])
def test_bound_elsewhere_it_warns(tmp_path: Path, lang: str, word: str) -> None:
    if lang == "ko":
        from trainer.cli.web.texts import say

        assert word in say("ko", "exposed", host="0.0.0.0")
        return
    with served(tmp_path / "home", "--port", "0", "--host", "0.0.0.0") as server:
        assert word in server.output
        assert urlsplit(server.address).hostname == socket.gethostname().lower()
    with served(tmp_path / "home") as server:
        assert word not in server.output
        assert urlsplit(server.address).hostname == "127.0.0.1"


@pytest.mark.parametrize(
    "address, expected", [("127.0.0.1", True), ("127.8.0.1", True), ("::1", True), ("0.0.0.0", False), ("::", False)]
)
def test_loopback(address: str, expected: bool) -> None:
    assert is_loopback(address) is expected


def test_an_invitation_is_used_up() -> None:
    from trainer.cli.web.door import Door

    door = Door()
    first = door.invitation
    cookie = door.enter(first)
    assert cookie
    assert door.knows(cookie)
    assert door.invitation != first
    for wrong in (first, cookie, "", "ü"):
        assert door.enter(wrong) is None
    for wrong in (first, door.invitation, "", "ü"):
        assert not door.knows(wrong)


def test_the_server_speaks_both_languages() -> None:
    from trainer.cli.web import texts

    for english, korean in texts._TEXTS.values():
        assert english != korean
        assert set(re.findall(r"{(\w+)}", english)) == set(re.findall(r"{(\w+)}", korean))
