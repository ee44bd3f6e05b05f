"""The browser and the operating system that a ``User-Agent`` names, for people."""

_BROWSERS = (
    # The order matters: most browsers also name those that they resemble.
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
MAX_SHOWN = 60


def describe(user_agent: str) -> tuple[str, str]:
    """Return the names of the browser and of the system; two empty texts for other clients.

    A client may send any text: no decision depends on it.
    """
    browser = next((name for sign, name in _BROWSERS if sign in user_agent), "")
    system = next((name for sign, name in _SYSTEMS if sign in user_agent), "")
    return (browser, system) if browser and system else ("", "")
