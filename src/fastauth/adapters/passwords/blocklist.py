"""The most common passwords, for the blocklist.

``common_passwords.txt`` has 30 000 of them, case-folded, in descending order of frequency. They come from
the data of the strength meter zxcvbn (MIT licence), which counted them in published breaches.
"""

from importlib.resources import files


def common_passwords(*, min_length: int) -> frozenset[str]:
    """Return those with at least `min_length` code points; shorter passwords are rejected anyway."""
    text = files(__package__).joinpath("common_passwords.txt").read_text("utf-8")
    return frozenset(password for password in text.splitlines() if len(password) >= min_length)
