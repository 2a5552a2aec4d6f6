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
HOST_IP = "192.168.49.2"
"""The node's own address."""
NOBODY = ("0.0.0.0", 0)
_INET = ("4", "6")
_CONNECTED = (0, -115)


class Sockets:
    def __init__(self, container: ContainerInfo) -> None:
        self._container = container
        self.peek: Callable[[Call], Address | None] = lambda call: None
        self._next_port = 40000
        self._keys: dict[str, int] = {}
        self._given_up: set[tuple[str, int]] = set()
        """Sockets' ports until they were disconnected: strace goes on printing them."""

    def inode(self, detail: str) -> str:
        return detail.partition("[")[2].partition("]")[0].split("->")[0].split(",")[0]

    def kernel_name(self, key: str) -> str:
        """A stable stand-in for the kernel address that Falco shows of a unix socket."""
        number = self._keys.setdefault(key, len(self._keys) + 1)
        return f"ffff8881{0x04FB0000 + number * 0x480:08x}"

    def pair(self, detail: str) -> tuple[str, str] | None:
        """Kernel addresses of a socketpair's ends."""
        own, arrow, peer = detail.partition("[")[2].partition("]")[0].partition("->")
        return (self.kernel_name(own), self.kernel_name(peer)) if arrow else None

    def _unix_named(self, call: Call, info: FdInfo, *, sending: bool) -> FdInfo:
        """A socketpair's name is learnt at its first use, that of a socket without connection from where it sends to."""
        if info.ends is not None:
            return info.with_(name=f"{info.ends[0]}->{info.ends[1]} ", ends=None)
        target = socket_address(self._address_text(call))[2] if sending and not info.connected else ""
        return info.with_(name=f"0->{self.kernel_name(target)} {target}") if target else info

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
            if info.client is not None and info.local is None:
                self._given_up.add((info.inode, info.client[1]))
            self._put(call, number, self._tuple(info, NOBODY, NOBODY))
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
            named = self._unix_named(call, info, sending=sending)
            if named is not info:
                call.thread.fds[number] = named
                call.name_changed = True
            return
        if info.char not in _INET or info.socket_type != 2:
            return
        address = socket_address(self._address_text(call))[1]
        if address is None:
            if not sending and info.local is not None and info.local[1]:
                self._put(call, number, self._from_nobody(info, info.local[1]))
            return
        if info.client is not None and info.server is not None:
            peer = info.server if info.role == "client" else info.client
            if address in (peer, info.server):
                return
        local = info.local
        if local is None or not local[1]:
            found = self.peek(call)
            known = found is not None and (info.inode, found[1]) not in self._given_up
            local = ("0.0.0.0", found[1] if found is not None and known else self._port())
        own = (self._interface(address[0]) if local[0] in ("0.0.0.0", "::") else local[0], local[1])
        client, server, role = (own, address, "client") if sending and info.role != "server" else (address, own, "server")
        named = self._tuple(info, client, server, role)
        self._put(call, number, named.with_(local=local, connected=sending or info.connected))

    def _from_nobody(self, info: FdInfo, port: int) -> FdInfo:
        """A datagram whose sender the program did not ask for: Falco puts the host's own address in the place of none."""
        nobody, own = (HOST_IP, 0), ("0.0.0.0", port)
        client, server = (own, nobody) if info.role == "client" else (nobody, own)
        return self._tuple(info, client, server, info.role).with_(connected=info.connected, local=("0.0.0.0", port))

    def _address_text(self, call: Call) -> str:
        if call.event in ("sendto", "recvfrom"):
            return call.arg(4)
        text = call.arg(1)
        if text.startswith("["):
            first = strace.split_args(text[1:-1])
            text = strace.member(first[0], "msg_hdr") or "" if first else ""
        return strace.member(text, "msg_name") or ""
