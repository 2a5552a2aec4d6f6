"""Socket descriptors: Falco's tuples from what the calls and strace's decorations say.

The kernel chooses a port at connect, which strace prints only at the next use of the descriptor; ``peek`` looks for that.
"""

from __future__ import annotations

from collections.abc import Callable

from trainer.capture import strace
from trainer.capture.call import Call, address_text, socket_address
from trainer.capture.model import ContainerInfo
from trainer.capture.threads import FdInfo

Address = tuple[str, int]
_INET = ("4", "6")
_CONNECTED = (0, -115)


class Sockets:
    def __init__(self, container: ContainerInfo) -> None:
        self._container = container
        self.peek: Callable[[Call], Address | None] = lambda call: None
        self._next_port = 40000
        self._keys: dict[str, int] = {}

    def inode(self, detail: str) -> str:
        return detail.partition("[")[2].partition("]")[0].split("->")[0].split(",")[0]

    def kernel_name(self, key: str) -> str:
        """A stable stand-in for the kernel address that Falco shows of a unix socket."""
        number = self._keys.setdefault(key, len(self._keys) + 1)
        return f"ffff8881{0x04FB0000 + number * 0x480:08x}"

    def pair_name(self, detail: str) -> str:
        return ""

    def _pair_later(self, info: FdInfo, detail: str) -> FdInfo:
        """A socketpair's name, which Falco learns at its first use."""
        own, arrow, peer = detail.partition("[")[2].partition("]")[0].partition("->")
        if not arrow or info.name:
            return info
        return info.with_(name=f"{self.kernel_name(own)}->{self.kernel_name(peer)} ")

    def _protocol(self, info: FdInfo) -> str:
        return info.protocol or {1: "tcp", 2: "udp", 3: "raw"}.get(info.socket_type, "")

    def _own_address(self, peer: str) -> str:
        if peer.startswith("127.") or peer == "::1":
            return peer if peer == "::1" else "127.0.0.1"
        return self._container.ip or "127.0.0.1"

    def _interface(self, peer: str) -> str:
        """What Falco takes for an unconnected socket: the interface of the host in the peer's network."""
        if peer.startswith("127."):
            return "127.0.0.1"
        return self._container.bridge_ip or self._container.ip or "0.0.0.0"

    def _put(self, call: Call, number: int, info: FdInfo) -> None:
        call.thread.fds[number] = info
        call.thread.process.fds_version += number <= 2
        call.name_changed = True

    def connect(self, call: Call, family: int, address: Address | None, path: str) -> None:
        number = call.fd(0)
        info = call.info(number)
        if info is None or call.ret not in _CONNECTED:
            return
        if family == 1 and info.char == "u":
            from_key, to_key = self.kernel_name(f"c{info.inode}"), self.kernel_name(path)
            self._put(call, number, info.with_(name=f"{from_key}->{to_key} {path}", connected=True, role="client"))
            return
        if family == 0 and info.char in _INET:
            zero = ("0.0.0.0", 0)
            self._put(call, number, self._tuple(info, zero, zero))
            return
        if address is None or info.char not in _INET:
            return
        if info.local is not None and info.local[0] not in ("0.0.0.0", "::") and info.local[1]:
            own = info.local
        else:
            found = self.peek(call)
            port = found[1] if found is not None else info.local[1] if info.local is not None and info.local[1] else self._port()
            known = found is not None and found[0] not in ("0.0.0.0", "::")
            own = (found[0] if found is not None and known else self._own_address(address[0]), port)
        self._put(call, number, self._tuple(info, own, address).with_(local=None, connected=True))

    def _port(self) -> int:
        self._next_port += 2
        return self._next_port

    def _tuple(self, info: FdInfo, client: Address, server: Address, role: str = "client") -> FdInfo:
        if server[0].startswith("::ffff:") and info.char == "6":
            server = (server[0][7:], server[1])
            client = (client[0].removeprefix("::ffff:"), client[1])
            return info.with_(
                kind="ipv4", char="4", name="<unknown>", client=client, server=server, role=role, connected=True, protocol=""
            )
        return info.with_(
            name=f"{address_text(client)}->{address_text(server)}",
            client=client,
            server=server,
            role=role,
            connected=True,
            protocol=self._protocol(info),
        )

    def bind(self, call: Call, family: int, address: Address | None, path: str) -> None:
        number = call.fd(0)
        info = call.info(number)
        if info is None or call.ret != 0:
            return
        if family == 1 and info.char == "u":
            self._put(call, number, info.with_(name=path, role="server"))
        elif address is not None and info.char in _INET:
            host, port = address
            if not port:
                found = self.peek(call)
                port = found[1] if found is not None else 0
            server = (host, port)
            name = address_text(server)
            if host == "::":
                info = info.with_(kind="ipv4", char="4")
                server = ("0.0.0.0", port)
            self._put(
                call, number, info.with_(name=name, server=server, local=server, role="server", protocol=self._protocol(info))
            )

    def accept(self, call: Call, ret_text: str) -> None:
        listener = call.info(call.fd(0))
        if call.ret < 0 or listener is None:
            return
        shown = strace.fd(ret_text)
        cloexec = call.event == "accept4" and bool(call.num(3) & 0o2000000)
        fresh = FdInfo(
            listener.kind, listener.char, socket_type=listener.socket_type, cloexec=cloexec, inode=self.inode(shown.detail)
        )
        found = shown.addresses
        if listener.char == "u":
            own, peer = self.kernel_name(f"s{fresh.inode}"), self.kernel_name(f"c{listener.inode}")
            self._put(call, call.ret, fresh.with_(name=f"{own}->{peer} {listener.name}", role="server", connected=True))
        elif found is not None and found[2]:
            server, client = (found[0].removeprefix("::ffff:"), found[1]), (found[2].removeprefix("::ffff:"), found[3])
            self._put(call, call.ret, self._tuple(fresh, client, server, "server"))
        else:
            client_address = socket_address(call.arg(1))[1]
            server = listener.server or ("0.0.0.0", 0)
            if client_address is not None:
                client = (client_address[0].removeprefix("::ffff:"), client_address[1])
                host = self._own_address(client[0]) if server[0] in ("0.0.0.0", "::") else server[0]
                self._put(call, call.ret, self._tuple(fresh, client, (host, server[1]), "server"))
            else:
                self._put(call, call.ret, fresh)

    def datagram(self, call: Call, *, sending: bool) -> None:
        """Traffic of sockets that are not connected gives them a name, as does a socketpair's first use."""
        number = call.fd(0)
        info = call.info(number)
        if info is None or call.ret < 0:
            return
        if info.char == "u":
            named = self._pair_later(info, strace.fd(call.arg(0)).detail)
            if named is not info:
                call.thread.fds[number] = named
                call.name_changed = True
            return
        if info.char not in _INET or info.socket_type != 2:
            return
        address = self._datagram_address(call)
        if address is None:
            return
        if info.client is not None and info.server is not None:
            peer = info.server if info.role == "client" else info.client
            if address in (peer, info.server):
                return
        local = info.local
        if local is None or not local[1]:
            found = self.peek(call)
            local = ("0.0.0.0", found[1] if found is not None else self._port())
        own = (self._interface(address[0]) if local[0] in ("0.0.0.0", "::") else local[0], local[1])
        client, server, role = (own, address, "client") if sending and info.role != "server" else (address, own, "server")
        named = self._tuple(info, client, server, role)
        self._put(call, number, named.with_(local=local, connected=sending or info.connected))

    def _datagram_address(self, call: Call) -> Address | None:

        if call.event in ("sendto", "recvfrom"):
            return socket_address(call.arg(4))[1]
        text = call.arg(1)
        if text.startswith("["):
            first = strace.split_args(text[1:-1])
            text = strace.member(first[0], "msg_hdr") or "" if first else ""
        return socket_address(strace.member(text, "msg_name") or "")[1]
