"""One check of a field for the hover: the catalogue's example, else one of the field's kind."""

from __future__ import annotations

import re
from typing import Final

from trainer.engine.evaluate.constants import kind_of
from trainer.engine.evaluate.operands import Operand
from trainer.engine.fields import FieldInfo

_OF_KIND: Final = {
    "string": "= value",
    "numeric": "= 1",
    "bool": "= true",
    "address": "= 10.0.0.1",
    "network": "= 10.0.0.0/8",
    "buffer": "contains text",
}


def example(written: str, info: FieldInfo, operand: Operand | None) -> str:
    """A check of the field as it is written, with its argument."""
    known = info.example.condition if info.example is not None else None
    if known is not None and re.search(rf"(?<![\w.]){re.escape(written)}(?![\w.\[])", known):
        return known
    if operand is None or operand.is_list:
        return f"{written} exists"
    if operand.type == "PORT":
        return f"{written} = 443"
    if operand.type in ("RELTIME", "ABSTIME"):
        return f"{written} > 1000000000"
    return f"{written} {_OF_KIND.get(kind_of(operand.type), 'exists')}"
