"""Which address guests are told."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from core.settings import Settings
from ui import addresses
from ui.addresses import base_url, choose, guest_base_url, guest_url, lan_address

LAPTOP = [
    ("lo", "127.0.0.1"),
    ("docker0", "172.17.0.1"),
    ("br-5f3a", "172.18.0.1"),
    ("virbr0", "192.168.122.1"),
    ("tun0", "10.8.0.6"),
    ("wlp2s0", "192.168.1.20"),
]


@pytest.mark.parametrize(
    ("found", "way_out", "told"),
    [
        (LAPTOP, "192.168.1.20", "192.168.1.20"),
        (LAPTOP, "10.8.0.6", "192.168.1.20"),  # a VPN takes everything: guests are not on it
        (LAPTOP, None, "192.168.1.20"),
        ([("eth0", "10.0.0.5"), ("wlan0", "192.168.1.20")], "10.0.0.5", "10.0.0.5"),
        ([("eth0", "10.0.0.5"), ("wlan0", "192.168.1.20")], None, "192.168.1.20"),
        ([("eth0", "169.254.7.7"), ("wlan0", "10.1.2.3")], None, "10.1.2.3"),
        ([("Wi-Fi", "192.168.0.9"), ("vEthernet (WSL)", "172.28.0.1")], None, "192.168.0.9"),
        ([("eth0", "203.0.113.9")], None, "203.0.113.9"),
        ([("lo", "127.0.0.1"), ("docker0", "172.17.0.1")], "172.17.0.1", None),
        ([], None, None),
    ],
)
def test_chooses_the_network_guests_are_on(
    found: list[tuple[str, str]], way_out: str | None, told: str | None
) -> None:
    assert choose(found, way_out) == told


def test_asks_this_machine_without_failing() -> None:
    address = lan_address()
    assert address is None or not address.startswith("127.")


@pytest.mark.parametrize(
    ("address", "port", "url"),
    [
        ("127.0.0.1", 7860, "http://127.0.0.1:7860"),
        ("192.168.1.5", 80, "http://192.168.1.5"),
        ("fd00::5", 7860, "http://[fd00::5]:7860"),
        ("parley.lan", 7860, "http://parley.lan:7860"),
    ],
)
def test_makes_urls(address: str, port: int, url: str) -> None:
    assert base_url(address, port) == url


@pytest.mark.parametrize("everywhere", ["0.0.0.0", "::"])
def test_an_address_for_all_networks_is_told_as_the_lan_address(
    everywhere: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(addresses, "lan_address", lambda: "192.168.1.20")
    assert base_url(everywhere, 7860) == "http://192.168.1.20:7860"
    monkeypatch.setattr(addresses, "lan_address", lambda: None)
    assert base_url(everywhere, 7860) == "http://127.0.0.1:7860"


@pytest.fixture
def tunnel() -> Iterator[str]:
    url = "https://abc.gradio.live"
    addresses.tunnel_opened(url)
    yield url
    addresses.tunnel_closed(url)


def test_public_url_stands_in_front(tunnel: str) -> None:
    addresses.tunnel_closed(tunnel)
    settings = Settings(public_url="https://talk.example/parley/", guest_address="127.0.0.1")
    assert guest_url(settings, "t0k") == "https://talk.example/parley/s/t0k"


def test_an_open_tunnel_comes_before_everything(tunnel: str) -> None:
    settings = Settings(public_url="https://talk.example", guest_address="127.0.0.1")
    assert guest_url(settings, "t0k") == f"{tunnel}/s/t0k"
    addresses.tunnel_closed(tunnel)
    assert guest_base_url(settings) == "https://talk.example"
