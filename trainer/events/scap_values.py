"""Values of parameters in a .scap file: the bytes of each kind, both ways.

Numbers are little-endian. The kinds are those that ``scap_table`` names; ``ValueError`` means that a value has no bytes of its kind, or bytes
no value.
"""

from __future__ import annotations

import struct
from ipaddress import IPv4Address, IPv6Address, ip_address

from trainer.events.model import FieldValue

_SIGNED = {"errno": 8, "fd": 8, "pid": 8, "i64": 8, "i32": 4, "i16": 2}
_UNSIGNED = {"u8": 1, "u16": 2, "u32": 4, "u64": 8, "id": 4}
UNIX, INET, INET6 = 1, 2, 10
_NO_ID = 0xFFFFFFFF
_MOST = 0xFFFF
"""A parameter's length has 16 bits."""
_DYNAMIC = {1: "errno", 2: "u32", 3: "u64"}
"""What a socket option's first byte says of the rest; 0 is plain bytes."""
_SO_ERROR = 4


def encode(kind: str, value: FieldValue, optname: int = 0) -> bytes:
    data = _encode(kind, value, optname)
    if len(data) > _MOST:
        raise ValueError(f"{len(data)} bytes are too many for one parameter")
    return data


def _encode(kind: str, value: FieldValue, optname: int) -> bytes:
    if kind in _SIGNED or kind in _UNSIGNED:
        if not isinstance(value, int):
            raise ValueError(f"{value!r} is no number")
        size = _SIGNED.get(kind) or _UNSIGNED[kind]
        if not -(1 << (8 * size - 1)) <= value < 1 << (8 * size):
            raise ValueError(f"{value} has more than {8 * size} bits")
        return (value & ((1 << 8 * size) - 1)).to_bytes(size, "little")
    if kind == "str":
        return text_bytes(value) + b"\0"
    if kind == "bytes":
        return text_bytes(value)
    if kind == "dyn":
        return _encode_dynamic(value, optname)
    text = value if isinstance(value, str) else ""
    if kind == "addr":
        return _encode_address(text)
    if kind == "tuple":
        return _encode_tuple(text)
    if kind == "fds":
        return _encode_fds(text)
    raise ValueError(f"{kind} is no kind")


def text_bytes(value: FieldValue) -> bytes:
    if isinstance(value, bytes):
        return value
    if isinstance(value, str):
        return value.encode("utf-8", "surrogateescape")
    raise ValueError(f"{value!r} is no text")


def _encode_dynamic(value: FieldValue, optname: int) -> bytes:
    if isinstance(value, int):
        tag = 1 if optname == _SO_ERROR else 2 if 0 <= value < 1 << 32 else 3
        return bytes([tag]) + _encode(_DYNAMIC[tag], value, 0)
    return b"\0" + text_bytes(value)


def _split_port(text: str) -> tuple[IPv4Address | IPv6Address, int]:
    address, _, port = text.rpartition(":")
    return ip_address(address), int(port)


def _encode_address(text: str) -> bytes:
    if not text:
        return b""
    try:
        address, port = _split_port(text)
    except ValueError:
        return bytes([UNIX]) + text_bytes(text) + b"\0"
    return bytes([INET if address.version == 4 else INET6]) + address.packed + struct.pack("<H", port)


def _encode_tuple(text: str) -> bytes:
    if not text:
        return b""
    source, arrow, rest = text.partition("->")
    if not arrow:
        raise ValueError(f"{text!r} is no pair of addresses")
    try:
        own, own_port = _split_port(source)
        peer, peer_port = _split_port(rest)
    except ValueError:
        ends, _, path = rest.partition(" ")
        return bytes([UNIX]) + struct.pack("<QQ", int(source, 16), int(ends, 16)) + text_bytes(path) + b"\0"
    if own.version != peer.version:
        raise ValueError(f"{text!r} joins two families")
    family = INET if own.version == 4 else INET6
    return bytes([family]) + own.packed + struct.pack("<H", own_port) + peer.packed + struct.pack("<H", peer_port)


def _encode_fds(text: str) -> bytes:
    data = struct.pack("<H", len(text.split()))
    for item in text.split():
        number, _, rest = item.partition(":")
        # The letter of the descriptor's kind is no part of the value.
        data += struct.pack("<qH", int(number), int(rest[1:] if len(rest) > 1 else rest or "0", 16))
    return data


def decode(kind: str, data: bytes) -> FieldValue:
    """Raises ValueError where the bytes are none of this kind."""
    if kind in _SIGNED or kind in _UNSIGNED:
        return _decode_number(kind, data)
    if kind == "str":
        return data.split(b"\0", 1)[0].decode("utf-8", "surrogateescape")
    if kind == "bytes":
        return data
    if kind == "dyn":
        if not data:
            return b""
        return _decode_number(_DYNAMIC[data[0]], data[1:]) if data[0] in _DYNAMIC else data[1:]
    if kind == "addr":
        return _decode_address(data)
    if kind == "tuple":
        return _decode_tuple(data)
    if kind == "fds":
        return _decode_fds(data)
    raise ValueError(f"{kind} is no kind")


def _decode_number(kind: str, data: bytes) -> int:
    if kind == "id":
        value = int.from_bytes(data[:4], "little") if len(data) >= 4 else _short(kind, data)
        return -1 if value == _NO_ID else value
    size = _SIGNED.get(kind) or _UNSIGNED[kind]
    if len(data) < size:
        return _short(kind, data)
    return int.from_bytes(data[:size], "little", signed=kind in _SIGNED)


def _short(kind: str, data: bytes) -> int:
    raise ValueError(f"{len(data)} bytes are too few for {kind}")


def address_text(data: bytes) -> str:
    address = IPv4Address(data) if len(data) == 4 else IPv6Address(data)
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return f"::ffff:{address.ipv4_mapped}"
    return str(address)


def _decode_address(data: bytes) -> FieldValue:
    if not data:
        return ""
    size = {INET: 4, INET6: 16}.get(data[0])
    if size is not None:
        if len(data) < size + 3:
            raise ValueError("an address is cut off")
        return f"{address_text(data[1 : 1 + size])}:{int.from_bytes(data[1 + size : 3 + size], 'little')}"
    return data[1:].split(b"\0", 1)[0].decode("utf-8", "surrogateescape") if data[0] == UNIX else ""


def _decode_tuple(data: bytes) -> FieldValue:
    if not data:
        return b""
    size = {INET: 4, INET6: 16}.get(data[0])
    if size is not None:
        if len(data) < 1 + 2 * (size + 2):
            raise ValueError("a pair of addresses is cut off")
        own, peer = data[1 : 3 + size], data[3 + size : 5 + 2 * size]
        return "->".join(f"{address_text(end[:-2])}:{int.from_bytes(end[-2:], 'little')}" for end in (own, peer))
    if data[0] == UNIX and len(data) >= 17:
        source, destination = struct.unpack_from("<QQ", data, 1)
        path = data[17:].split(b"\0", 1)[0].decode("utf-8", "surrogateescape")
        return f"{source:x}->{destination:x} {path}"
    return b""


def _decode_fds(data: bytes) -> FieldValue:
    if len(data) < 2:
        return ""
    (count,) = struct.unpack_from("<H", data)
    if len(data) < 2 + 10 * count:
        raise ValueError("a list of descriptors is cut off")
    pairs = (struct.unpack_from("<qh", data, 2 + 10 * index) for index in range(count))
    return " ".join(f"{number}:{flags & 0xFFFF:X}" for number, flags in pairs)
