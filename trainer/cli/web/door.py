"""Who may come in: an address opens the trainer once, and the browser that used it is known from then on by a cookie."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field

SECRET_BYTES = 32


@dataclass
class Door:
    """The open invitation, and the browsers that are in. Only ASCII is compared: what else is sent, is wrong."""

    invitation: str = field(default_factory=lambda: secrets.token_urlsafe(SECRET_BYTES))
    _inside: list[str] = field(default_factory=list)

    def enter(self, token: str) -> str | None:
        """The cookie of a browser that has the invitation, which is used up by it and followed by a new one; else None."""
        if not _same(token, self.invitation):
            return None
        self.invitation = secrets.token_urlsafe(SECRET_BYTES)
        self._inside.append(secrets.token_urlsafe(SECRET_BYTES))
        return self._inside[-1]

    def knows(self, cookie: str) -> bool:
        return any([_same(cookie, known) for known in self._inside])


def _same(given: str, wanted: str) -> bool:
    return given.isascii() and hmac.compare_digest(given, wanted)
