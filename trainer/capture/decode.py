"""From a system call to the parameters of its event, in Falco's order and text."""

from __future__ import annotations

from trainer.capture import decode_data, decode_values
from trainer.capture.call import Call
from trainer.capture.decode_kinds import KINDS, Param
from trainer.events.event_table import PARAMS

__all__ = ["decode", "decode_data", "decode_values"]


def decode(call: Call) -> tuple[Param, ...]:
    return tuple((name, *KINDS[kind](call, *args)) for name, kind, args in PARAMS.get(call.event, ()))
