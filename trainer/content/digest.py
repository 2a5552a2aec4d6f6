"""What a scenario runs, as one short text: two scenarios with the same digest do the same, whatever they say about it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import MISSING, fields
from typing import Any

from trainer.content.model import Action, Container, Scenario

_NOT_RUN = frozenset({"why", "kind"})
"""What is told of an action, and how it is graded: a change there makes no recording old."""


def scenario_digest(scenario: Scenario) -> str:
    """64 hexadecimal digits over the containers and actions, with the seed's variables filled in, and the source of events.

    Titles, `why`s and kinds do not count. What has its default value is left out, so that an option which a later trainer
    knows does not change the digests of scenarios without it.
    """
    data = {
        "containers": [_changed(container) for container in scenario.containers],
        "actions": [_changed(action) for action in scenario.actions],
        "source": scenario.source,
    }
    return hashlib.sha256(json.dumps(data, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _changed(one: Container | Action) -> dict[str, Any]:
    found = {}
    for key in fields(one):
        value = getattr(one, key.name)
        default = key.default_factory() if key.default_factory is not MISSING else key.default
        if key.name not in _NOT_RUN and value != default:
            found[key.name] = value
    return found
