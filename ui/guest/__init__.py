"""The guest door's pages: a room behind its QR code, a conversation behind a share link."""
