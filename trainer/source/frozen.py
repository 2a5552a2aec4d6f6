"""Immutable values of which one load of a rules file makes ten thousands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar, dataclass_transform

_T = TypeVar("_T")


@dataclass_transform(frozen_default=True)
def frozen(cls: type[_T]) -> type[_T]:
    """A frozen dataclass with slots, as far as the type checker is concerned. At run time nothing stops an assignment: the guard that
    ``frozen=True`` puts there makes each object take three times as long, and the class itself twice.
    """
    if cls.__doc__ is None:
        cls.__doc__ = cls.__name__  # dataclass would work the signature out for it, at every import
    return dataclass(slots=True, unsafe_hash=True)(cls)
