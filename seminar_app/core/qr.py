"""QR codes as pictures for pages and paper."""

from __future__ import annotations

import base64


def qr_svg(text: str) -> str:
    """Return a QR code of the text as an SVG picture with its quiet zone. Error correction M (15 %)."""
    import zxingcpp  # 3 MB of memory that few pages need

    return str(zxingcpp.write_barcode_to_svg(zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")))


def qr_data_uri(text: str) -> str:
    """Return the picture of a QR code for the `src` of an image."""
    return "data:image/svg+xml;base64," + base64.b64encode(qr_svg(text).encode()).decode("ascii")
