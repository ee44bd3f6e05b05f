"""The accent colour of an organisation, changed until it can be read on the pages."""

MIN_CONTRAST = 4.5
"""WCAG 2.2, success criterion 1.4.3, for text of normal size."""

LIGHT_BACKGROUNDS = ("#ffffff", "#f4f6f9", "#f7f8fa")
DARK_BACKGROUNDS = ("#0e1116", "#171b22", "#1e232b")
"""The variables --back, --card and --raised of ``assets/app.css``."""

_LINEAR_TO = 0.04045
"""Values of sRGB up to here are linear (IEC 61966-2-1)."""

_BLACK, _WHITE = "#000000", "#ffffff"


def accent_styles(accent: str) -> str:
    """Return the CSS that makes a colour such as ``#2456c8`` the accent of the light and the dark scheme.

    In the light scheme it is darkened, and in the dark scheme it is lightened, as far as the contrast needs.
    """
    light = _legible(accent, backgrounds=LIGHT_BACKGROUNDS, towards=_BLACK)
    dark = _legible(accent, backgrounds=DARK_BACKGROUNDS, towards=_WHITE)
    return (
        f":root {{ --accent: {light}; }}\n"
        f"@media (prefers-color-scheme: dark) {{ :root {{ --accent: {dark}; }} }}\n"
    )


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, from 1 to 21 (WCAG 2.2)."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _legible(colour: str, *, backgrounds: tuple[str, ...], towards: str) -> str:
    """Return the first of 101 mixtures with `towards` that has the contrast; the last one is `towards`."""
    mixtures = (_mixed(colour, towards, step / 100) for step in range(101))
    return next(
        mixture
        for mixture in mixtures
        if min(contrast(mixture, background) for background in backgrounds) >= MIN_CONTRAST
    )


def _mixed(one: str, other: str, share: float) -> str:
    pairs = zip(_channels(one), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def _luminance(colour: str) -> float:
    """Return the relative luminance as WCAG 2.2 defines it for sRGB."""
    red, green, blue = (
        value / 12.92 if value <= _LINEAR_TO else ((value + 0.055) / 1.055) ** 2.4
        for value in (channel / 255 for channel in _channels(colour))
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _channels(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour.removeprefix("#")))
