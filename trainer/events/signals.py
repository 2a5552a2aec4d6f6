"""Numbers and names of Linux's signals on x86 and arm."""

from __future__ import annotations

_SIGNAL_NAMES = """
    HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU URG XCPU XFSZ
    VTALRM PROF WINCH IO PWR SYS
"""
SIGNALS = {number: f"SIG{name}" for number, name in enumerate(_SIGNAL_NAMES.split(), 1)}
_NUMBERS = {name: number for number, name in SIGNALS.items()}


def signal_number(name: str) -> int:
    """0 for a name that is none."""
    if name in _NUMBERS:
        return _NUMBERS[name]
    if name.startswith("SIGRT_") and name[6:].isdigit():
        return 32 + int(name[6:])
    return int(name) if name.isascii() and name.isdigit() else 0
