"""The passwords that most people choose.

``common_passwords.txt`` has 30 000 of them, case-folded, the most frequent first. They were counted
in published breaches for the strength meter zxcvbn, from whose data (MIT licence) they are taken.
"""

from importlib.resources import files


def common_passwords(*, min_length: int) -> frozenset[str]:
    """Return those that have at least `min_length` code points: the rest is refused anyway."""
    text = files(__package__).joinpath("common_passwords.txt").read_text("utf-8")
    return frozenset(password for password in text.splitlines() if len(password) >= min_length)
