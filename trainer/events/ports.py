"""Ports that the kernel chose for clients: numbered as they appear. A port that somebody bound or was called at is a fact of the scenario."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from trainer.events.model import Event, FieldValue

_RANGE = range(32768, 61000)
"""net.ipv4.ip_local_port_range of Linux."""
_FIRST = 40_000
_PORTS = frozenset(("fd.cport", "fd.lport", "fd.sport", "fd.rport"))
_PORT_NAMES = frozenset(("fd.cproto", "fd.lproto", "fd.sproto", "fd.rproto"))
_IN_TEXT = re.compile(r"(?<=[0-9a-fA-F\]]:)([3-6]\d{4})\b")
_BOUND = re.compile(r"(?<=:)(\d+)\b")


class ClientPorts:
    def __init__(self, events: Iterable[Event]) -> None:
        chosen: dict[int, None] = {}
        fixed: set[int] = set()
        for event in events:
            fields = event.fields
            if event.type == "bind":
                fixed |= {int(port) for port in _BOUND.findall(str(fields.get("evt.args", "")))}
            if isinstance(port := fields.get("fd.sport"), int):
                fixed.add(port)
            if isinstance(port := fields.get("fd.cport"), int) and port in _RANGE:
                chosen[port] = None
        self._new = {port: _FIRST + number for number, port in enumerate(port for port in chosen if port not in fixed)}

    def replaced(self, key: str, value: FieldValue) -> FieldValue:
        if not self._new:
            return value
        if key in _PORTS and isinstance(value, int):
            return self._new.get(value, value)
        if key in _PORT_NAMES and isinstance(value, str) and value.isdecimal():
            return str(self._new.get(int(value), value))
        if isinstance(value, str):
            return self._text(value) if ":" in value else value
        if isinstance(value, tuple):
            return tuple([self.replaced("", item) for item in value])
        if isinstance(value, Mapping) and key in ("evt.arg", "evt.rawarg"):
            return {name: self.replaced("", item) for name, item in value.items()}
        return value

    def _text(self, text: str) -> str:
        return _IN_TEXT.sub(lambda found: str(self._new.get(int(found[1]), found[1])), text)
