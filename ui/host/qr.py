"""A link as a QR code."""

from __future__ import annotations

from functools import lru_cache

import qrcode
from qrcode.image.svg import SvgPathFillImage


@lru_cache(64)
def qr_svg(link: str) -> str:
    """An SVG image: black on white with its quiet zone, so that it scans on a dark page too."""
    code = qrcode.QRCode(border=3, error_correction=qrcode.constants.ERROR_CORRECT_M)
    code.add_data(link)
    image = code.make_image(image_factory=SvgPathFillImage)
    return str(image.to_string(encoding="unicode"))
