"""Constants of a condition, converted once to the type of the field (language.md section 4.2)."""

from __future__ import annotations

import ipaddress
import re
from typing import TypeAlias

from trainer.source import frozen

_WIDTH = {
    "INT8": 8, "INT16": 16, "INT32": 32, "INT64": 64, "UINT8": 8, "UINT16": 16, "UINT32": 32, "UINT64": 64, "PORT": 16,
    "FLAGS8": 8, "FLAGS16": 16, "FLAGS32": 32, "ENUMFLAGS8": 8, "ENUMFLAGS16": 16, "ENUMFLAGS32": 32, "MODE": 32,
    "PID": 64, "FD": 64, "ERRNO": 64, "SYSCALLID": 16, "SIGTYPE": 8, "RELTIME": 64, "ABSTIME": 64,
}  # fmt: skip
_SIGNED = {"INT8", "INT16", "INT32", "INT64", "PID", "FD", "ERRNO"}
_UNREADABLE = {"SYSCALLID": 18, "SIGTYPE": 19}
"""Types that Falco compares but reads no constant of, and their numbers in its message."""
_NUMBER = re.compile(r"\s*[+-]?[0-9]+")
NUMERIC = frozenset(_WIDTH) | {"DOUBLE"}
STRINGS = frozenset({"CHARBUF", "FSPATH", "FSRELPATH"})
ADDRESSES = frozenset({"IPADDR", "IPV4ADDR", "IPV6ADDR"})
NETWORKS = frozenset({"IPNET", "IPV4NET", "IPV6NET"})

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network
Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Constant: TypeAlias = str | int | float | bool | bytes | Network | Address


def to_bytes(text: str) -> bytes:
    """The bytes that Falco compares: UTF-8, and whatever bytes stood in the recording where it was not UTF-8."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # a surrogate that no byte became, such as \\ud800 in a JSON file
        return text.encode("utf-8", "surrogatepass")


def to_text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


@frozen
class BadConstant:
    """Falco's message; ``fatal`` where a real Falco ends instead of giving a load result."""

    message: str
    fatal: bool = False


def kind_of(type_: str) -> str:
    """The comparison family of a field type: string, numeric, bool, address, network, buffer or other."""
    if type_ in STRINGS:
        return "string"
    if type_ in NUMERIC:
        return "numeric"
    if type_ == "BOOL":
        return "bool"
    if type_ in ADDRESSES:
        return "address"
    if type_ in NETWORKS:
        return "network"
    return "buffer" if type_ == "BYTEBUF" else "other"


def wrap(number: int, type_: str) -> int:
    """The number as a C integer of the field's width."""
    bits = _WIDTH.get(type_, 64)
    number &= (1 << bits) - 1
    return number - (1 << bits) if type_ in _SIGNED and number >> (bits - 1) else number


def convert(text: str, type_: str, operator: str) -> Constant | BadConstant:
    """One constant for ``field operator constant``."""
    kind = kind_of(type_)
    used = len(to_bytes(text)) + 1
    if used > 256:
        if kind == "buffer":
            return BadConstant("filter parameter too long (byte buf)")
        return BadConstant(f"filter parameter too long (used={used}, available=256):{text}")
    if operator in ("bcontains", "bstartswith"):
        if len(text) % 2 or not re.fullmatch(r"[0-9a-fA-F]*", text):
            return BadConstant("filter error: bcontains and bstartswith operator support hex strings only")
        return bytes.fromhex(text)
    if kind == "string":
        return text
    if kind == "buffer":
        return to_bytes(text)
    if kind == "bool":
        return text == "true" if text in ("true", "false") else BadConstant(f"filter error: unrecognized boolean value {text}")
    if kind == "address":
        return _address(text)
    if kind == "network":
        return _network(text)
    if type_ == "PORT":
        return _port(text)
    if type_ in _UNREADABLE:
        return BadConstant(f"wrong parameter type {_UNREADABLE[type_]}")
    if _NUMBER.fullmatch(text) is None:
        return BadConstant(f"{text} is not a valid number")
    return float(int(text)) if type_ == "DOUBLE" else wrap(_clamped(int(text), type_), type_)


def _clamped(number: int, type_: str) -> int:
    """sscanf saturates at the ends of 64 bits."""
    if type_ in _SIGNED:
        return max(-(1 << 63), min(number, (1 << 63) - 1))
    return number if number < 0 else min(number, (1 << 64) - 1)


def _port(text: str) -> Constant | BadConstant:
    if text == "":
        return 0
    if text.isascii() and text.isdigit():
        number = int(text)  # of at most 256 digits, see convert
        return BadConstant("stoi", fatal=True) if number > 0x7FFFFFFF else number % 65536
    import socket  # late: few rules name a service

    try:
        return socket.getservbyname(text)
    except (OSError, ValueError):  # no such service; no name at all (NUL, bytes that are no UTF-8)
        return BadConstant(f"unrecognized protocol {text}")


def _address(text: str) -> Constant | BadConstant:
    try:
        return ipaddress.IPv4Address(text) if "." in text else ipaddress.IPv6Address(text)
    except ValueError:
        return BadConstant(f"unrecognized IPv{4 if '.' in text else 6} address {text}")


def _network(text: str) -> Constant | BadConstant:
    """A dot makes it IPv4. Falco words the same mistake differently for the two families."""
    address, slash, mask = text.partition("/")
    four = "." in text
    if not slash:
        return BadConstant(f"unrecognized IP network {text}" if four else f"invalid v6 netmask: {text}")
    try:
        parsed: Address = ipaddress.IPv4Address(address) if four else ipaddress.IPv6Address(address)
    except ValueError:
        return BadConstant(f"unrecognized IP{'' if four else 'v6'} address {text}")
    if _NUMBER.fullmatch(mask) is None:
        return BadConstant(f"{mask} is not a valid number")
    bits = int(mask)
    if four and not 0 <= bits <= 32:
        return BadConstant(f"invalid netmask {mask}")
    if not four and not 1 <= bits <= 128:
        return BadConstant(f"invalid v6 netmask {mask}")
    return ipaddress.ip_network((parsed, bits), strict=False)
