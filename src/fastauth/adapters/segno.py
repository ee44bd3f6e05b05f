"""QR codes by the library segno."""

import asyncio
from io import BytesIO


class SegnoQrCodes:
    """See `fastauth.domain.second_factors.totp_codes.QrCodes`."""

    async def svg(self, text: str) -> str:
        """Draw in a thread: it takes about 30 ms."""
        return await asyncio.to_thread(_draw, text)


def _draw(text: str) -> str:
    import segno  # noqa: PLC0415  the first enrolment needs it

    image = BytesIO()
    # White is drawn: on a dark page a scanner finds no code without it. There is a viewBox and no size.
    segno.make_qr(text, error="m").save(
        image, kind="svg", xmldecl=False, nl=False, svgclass=None, lineclass=None, light="#fff", omitsize=True
    )
    return image.getvalue().decode()
