"""From a system call to the parameters of its event, in Falco's order and text."""

from __future__ import annotations

from trainer.capture import decode_data, decode_values
from trainer.capture.call import Call
from trainer.capture.decode_kinds import KINDS, Param
from trainer.events.event_table import PARAMS

__all__ = ["decode", "decode_data", "decode_values"]


_PLANS = {event: tuple((name, KINDS[kind], args) for name, kind, args in params) for event, params in PARAMS.items()}


def decode(call: Call) -> tuple[Param, ...]:
    return tuple([(name, *text_of(call, *args)) for name, text_of, args in _PLANS.get(call.event, ())])
