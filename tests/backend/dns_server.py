"""A DNS server on 127.0.0.1 that knows TXT records, and names for which it fails or stays silent."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset

SILENT, FAILING = "silent", "failing"
Zone = Mapping[str, Sequence[str] | str]  # name -> the texts of its records, SILENT or FAILING


@contextmanager
def resolver_of(zone: Zone) -> Iterator[dns.resolver.Resolver]:
    """Run the server inside the block; yield a resolver that asks it and no other."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        thread = threading.Thread(target=_serve, args=(server, zone), daemon=True)
        thread.start()
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers, resolver.port = ["127.0.0.1"], server.getsockname()[1]
        yield resolver
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stopper:
            stopper.sendto(b"", server.getsockname())
        thread.join()


def _serve(server: socket.socket, zone: Zone) -> None:
    while True:
        packet, sender = server.recvfrom(4096)
        if not packet:
            return
        query = dns.message.from_wire(packet)
        name = query.question[0].name.to_text(omit_final_dot=True)
        found = zone.get(name, ())
        if found == SILENT:
            continue
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        if found == FAILING:
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif name not in zone:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        elif found:
            texts = [" ".join(f'"{part}"' for part in text.split("|")) for text in found]
            answer.answer.append(dns.rrset.from_text(query.question[0].name, 60, "IN", "TXT", *texts))
        server.sendto(answer.to_wire(), sender)
