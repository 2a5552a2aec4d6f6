"""Keys in a browser. Chromium and Firefox keep Ctrl+N, Ctrl+T and Ctrl+W (new window, new tab, close) on Linux, Windows and
ChromeOS: no page ever sees them. With Alt they come through, and the screens take both."""

from __future__ import annotations

from types import MappingProxyType

_INSTEAD = MappingProxyType({"^T": "Alt+T", "^N": "Alt+N", "Ctrl+T": "Alt+T", "Ctrl+N": "Alt+N"})


def shown_key(key: str, is_web: bool) -> str:
    """A key as the bars and help pages name it, where the app is shown."""
    return _INSTEAD.get(key, key) if is_web else key
