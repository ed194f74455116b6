"""A QR code as one path of an inline SVG: nothing is loaded, and nothing wants a style."""

from dataclasses import dataclass

from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode

BORDER = 4


@dataclass(frozen=True, slots=True)
class QrCode:
    """How many modules it is wide, its border included, and the path of the dark ones."""

    size: int
    path: str


def qr_code(text: str) -> QrCode:
    code = QRCode(error_correction=ERROR_CORRECT_M, border=BORDER)
    code.add_data(text)
    rows = code.get_matrix()
    dark = ((x, y) for y, row in enumerate(rows) for x, on in enumerate(row) if on)
    return QrCode(len(rows), "".join(f"M{x} {y}h1v1h-1z" for x, y in dark))
