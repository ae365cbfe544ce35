"""The guest door's pages: a room behind its QR code, a conversation behind a share link."""

from __future__ import annotations

from ui.guest.page import mount_guest_page
from ui.guest.shared import mount_shared_page
from ui.guest.waiting import waiting_page

__all__ = ["mount_guest_page", "mount_shared_page", "waiting_page"]
