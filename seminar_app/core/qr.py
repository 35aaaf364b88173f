"""QR codes as pictures for pages."""

from __future__ import annotations

import base64


def qr_data_uri(text: str) -> str:
    """Return a QR code of the text as an SVG picture with its quiet zone, for the `src` of an image. Error correction M (15 %)."""
    import zxingcpp  # 3 MB of memory that few pages need

    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    svg = zxingcpp.write_barcode_to_svg(code)
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode("ascii")
