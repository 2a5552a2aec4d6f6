"""The two-way streams of attached containers and execs: Docker's frames to bytes, and one thread to read each."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from typing import Any

_STDOUT = 1
_HEADER = 8


class Stream:
    """A hijacked connection. Reads go through the HTTP response's own buffer, which may hold the first bytes already."""

    def __init__(self, sock: Any, *, framed: bool) -> None:
        self._sock = sock
        self._framed = framed
        raw = getattr(sock, "_sock", sock)
        with contextlib.suppress(AttributeError, OSError):
            raw.settimeout(None)
        self._raw = raw
        buffered = getattr(getattr(getattr(getattr(sock, "_response", None), "raw", None), "_fp", None), "fp", None)
        self._read_some: Callable[[int], bytes] = getattr(buffered, "read1", None) or raw.recv

    def send(self, data: bytes) -> None:
        self._raw.sendall(data)

    def end(self) -> None:
        """No more will be sent: the other side reads the end of its input."""
        import socket

        with contextlib.suppress(AttributeError, OSError):
            self._raw.shutdown(socket.SHUT_WR)

    def pump(self, on_data: Callable[[bool, bytes], None]) -> None:
        """Call ``on_data(is_stdout, bytes)`` until the end of the stream."""
        pending = b""
        while data := self._receive():
            if not self._framed:
                on_data(True, data)
                continue
            pending += data
            while len(pending) >= _HEADER:
                end = _HEADER + int.from_bytes(pending[4:8], "big")
                if len(pending) < end:
                    break
                on_data(pending[0] == _STDOUT, pending[_HEADER:end])
                pending = pending[end:]

    def _receive(self) -> bytes:
        try:
            return self._read_some(65536)
        except (OSError, ValueError):
            return b""  # closed, here or by the engine

    def close(self) -> None:
        import socket

        with contextlib.suppress(AttributeError, OSError):
            self._raw.shutdown(socket.SHUT_RDWR)
        with contextlib.suppress(AttributeError, OSError):
            self._sock.close()


def start_thread(name: str, work: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=work, name=f"cks-trainer {name}", daemon=True)
    thread.start()
    return thread
