"""Under which address guests find this machine: a tunnel, a proxy, or the local network."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable
from pathlib import Path

import psutil

from core.settings import Settings

# Bridges, containers, virtual machines and VPNs: a phone in the room is on none of these.
VIRTUAL = (
    "lo", "docker", "br-", "veth", "virbr", "vmnet", "vboxnet", "vethernet", "cni", "flannel",
    "calico", "podman", "lxc", "lxd", "tun", "tap", "utun", "wg", "tailscale", "zt", "ham", "ppp",
    "awdl", "llw", "bridge", "anpi", "gif", "stf", "ipsec",
)  # fmt: skip
UNROUTED = "192.0.2.1"
"""An address of the documentation (RFC 5737): asks which way out, without sending anything."""

_tunnel_urls: list[str] = []


def guest_url(settings: Settings, token: str) -> str:
    """The link that joins a room: what its QR code says."""
    return f"{guest_base_url(settings)}/s/{token}"


def shared_url(settings: Settings, token: str) -> str:
    """The link that shows a shared conversation."""
    return f"{guest_base_url(settings)}/shared/{token}"


def guest_base_url(settings: Settings) -> str:
    """Where guests reach the guest door now, without a slash at the end.

    The open tunnel if there is one, else PUBLIC_URL, else the address on the local network.
    """
    if _tunnel_urls:
        return _tunnel_urls[-1]
    return settings.public_url or base_url(settings.guest_address, settings.guest_port)


def tunnel_opened(url: str) -> None:
    """From now on guests come through a tunnel at `url`."""
    _tunnel_urls.append(url)


def tunnel_closed(url: str) -> None:
    """The tunnel at `url` is gone."""
    if url in _tunnel_urls:
        _tunnel_urls.remove(url)


def base_url(address: str, port: int) -> str:
    """The URL at which others reach a door listening at `address`."""
    parsed = parse_address(address)
    if parsed and parsed.is_unspecified:
        address = lan_address() or "127.0.0.1"
    host = f"[{address}]" if ":" in address else address
    return f"http://{host}" if port == 80 else f"http://{host}:{port}"


def lan_address() -> str | None:
    """This machine's IPv4 address on the local network, None where it is on none."""
    up = {name for name, stats in psutil.net_if_stats().items() if stats.isup}
    found = [
        (name, entry.address)
        for name, entries in psutil.net_if_addrs().items()
        for entry in entries
        if name in up and entry.family == socket.AF_INET
    ]
    return choose(found, _way_out())


def choose(found: Iterable[tuple[str, str]], way_out: str | None) -> str | None:
    """The address to tell guests, of (interface, IPv4 address) pairs.

    Real interfaces only; among them the one with the route to the internet (`way_out`), then
    home and office networks before others.
    """
    real = [a for name, a in found if not name.lower().startswith(VIRTUAL) and _is_usable(a)]
    return min(real, key=lambda address: _rank(address, way_out), default=None)


def is_shut_in() -> bool:
    """Whether this is a container or WSL, whose own address other devices cannot reach."""
    if Path("/.dockerenv").exists() or Path("/run/.containerenv").exists():
        return True
    release = Path("/proc/sys/kernel/osrelease")
    return release.exists() and "microsoft" in release.read_text(encoding="utf-8").lower()


def parse_address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """`text` as an address, None for a name."""
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _way_out() -> str | None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((UNROUTED, 9))
        except OSError:
            return None
        return str(probe.getsockname()[0])


def _rank(address: str, way_out: str | None) -> tuple[bool, bool, bool]:
    is_private = ipaddress.ip_address(address).is_private
    return address != way_out, not address.startswith("192.168."), not is_private


def _is_usable(address: str) -> bool:
    parsed = ipaddress.ip_address(address)
    return not (parsed.is_loopback or parsed.is_link_local or parsed.is_unspecified)
