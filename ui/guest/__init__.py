"""The guest door's page: what opens when somebody scans the QR code of a room."""

from __future__ import annotations

from ui.guest.page import mount_guest_page
from ui.guest.waiting import waiting_page

__all__ = ["mount_guest_page", "waiting_page"]
