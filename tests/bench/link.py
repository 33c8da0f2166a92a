"""A link between program and person: a round trip, a rate and an overhead per packet, as over SSH."""

from __future__ import annotations

import heapq
from dataclasses import dataclass


@dataclass(frozen=True)
class Link:
    """`rtt` in seconds, `kbps` in kbit/s each way (0: no limit), `overhead` in bytes added to each packet."""

    rtt: float = 0.0
    kbps: float = 0.0
    overhead: float = 0.0

    @classmethod
    def parse(cls, text: str) -> Link:
        """`200ms,64kbit` or `RTT_MS[:KBPS[:OVERHEAD]]`; SSH over TCP and IP adds about 90 bytes."""
        text = text.replace("ms,", ":").removesuffix("kbit").removesuffix("ms")
        rtt, kbps, overhead, *_ = [*map(float, text.split(":")), 0.0, 0.0]
        return cls(rtt / 1000, kbps, overhead)


class Wire:
    """What is on its way over a link, in both directions."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._free = {"up": 0.0, "down": 0.0}  # when each direction can take the next packet
        self._way: list[tuple[float, int, str, bytes]] = []
        self._count = 0

    def __bool__(self) -> bool:
        return bool(self._way)

    def send(self, direction: str, data: bytes, at: float) -> None:
        """Put bytes on the wire at a moment; `direction` is `up` to the program or `down` to the person."""
        bits = 8 * (len(data) + self._link.overhead)
        busy = bits / (1000 * self._link.kbps) if self._link.kbps else 0.0
        self._free[direction] = max(at, self._free[direction]) + busy
        self._count += 1
        heapq.heappush(self._way, (self._free[direction] + self._link.rtt / 2, self._count, direction, data))

    def next_at(self) -> float | None:
        """When the next packet arrives."""
        return self._way[0][0] if self._way else None

    def arrived(self, now: float) -> list[tuple[float, str, bytes]]:
        """Take what has arrived: (when, direction, bytes)."""
        packets = []
        while self._way and self._way[0][0] <= now:
            at, _, direction, data = heapq.heappop(self._way)
            packets.append((at, direction, data))
        return packets
