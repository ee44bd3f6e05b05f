"""The username profile of RFC 8265 (PRECIS), restricted to a single script (UTS #39)."""

from functools import cache

import regex
from precis_i18n import get_profile

from fastauth.adapters.precis.look_alikes import latin_look_alike
from fastauth.domain.errors import InvalidInput, Violation

# Scripts of Unicode 17 by their ISO 15924 codes, without Common, Inherited and Unknown.
_SCRIPTS = (
    "Adlm Aghb Ahom Arab Armi Armn Avst Bali Bamu Bass Batk Beng Bhks Bopo Brah Brai Bugi Buhd Cakm Cans "
    "Cari Cham Cher Chrs Copt Cpmn Cprt Cyrl Deva Diak Dogr Dsrt Dupl Egyp Elba Elym Ethi Gara Geor Glag "
    "Gong Gonm Goth Gran Grek Gujr Gukh Guru Hang Hani Hano Hatr Hebr Hira Hluw Hmng Hmnp Hung Ital Java "
    "Kali Kana Kawi Khar Khmr Khoj Kits Knda Krai Kthi Lana Laoo Latn Lepc Limb Lina Linb Lisu Lyci Lydi "
    "Mahj Maka Mand Mani Marc Medf Mend Merc Mero Mlym Modi Mong Mroo Mtei Mult Mymr Nagm Nand Narb Nbat "
    "Newa Nkoo Nshu Ogam Olck Onao Orkh Orya Osge Osma Ougr Palm Pauc Perm Phag Phli Phlp Phnx Plrd Prti "
    "Rjng Rohg Runr Samr Sarb Saur Sgnw Shaw Shrd Sidd Sind Sinh Sogd Sogo Sora Soyo Sund Sunu Sylo Syrc "
    "Tagb Takr Tale Talu Taml Tang Tavt Telu Tfng Tglg Thaa Thai Tibt Tirh Tnsa Todr Toto Tutg Ugar Vaii "
    "Vith Wara Wcho Xpeo Xsux Yezi Yiii Zanb"
).split()
# Writing systems that use several scripts: UTS #39, section 5.1, table 1a.
_WRITING_SYSTEMS = [["Hani", "Hira", "Kana"], ["Hani", "Bopo"], ["Hani", "Hang"]]

_REASONS = {
    "spaces": "Must not contain spaces.",
    "controls": "Must not contain control characters.",
    "precis_ignorable_properties": "Must not contain invisible characters.",
    "bidi_rule": "Must not mix writing directions.",
}


class PrecisUsernameProfile:
    """The profile UsernameCaseMapped (RFC 8265, section 3.3) for names of a single script (UTS #39).

    A name of another script that looks like a Latin name has the canonical form of that name (UTS #39,
    whole-script confusables). Code points that are unassigned in Python's Unicode tables are rejected.
    """

    def __init__(self) -> None:
        self._profile = get_profile("UsernameCaseMapped")

    def canonicalize(self, display: str) -> str:
        """Map width, case and look-alikes, and normalise.

        See `fastauth.domain.accounts.username.UsernameProfile`.
        """
        if display.isascii() and display.isprintable() and display and " " not in display:
            # ASCII7 (RFC 8264, section 9.11): all of it is allowed, and only its case is mapped.
            return display.lower()
        try:
            key: str = self._profile.enforce(display)
        except UnicodeEncodeError as error:
            reason = error.reason.rpartition("/")[2]
            detail = _REASONS.get(reason, "Must consist of letters, digits and ASCII punctuation.")
            raise InvalidInput(Violation("username", "not_allowed", detail)) from None
        if key.isascii():
            return key
        if not _has_single_script(key):
            raise InvalidInput(
                Violation("username", "mixed_scripts", "Must not mix letters of different scripts.")
            )
        latin = latin_look_alike(key)
        return latin if _has_single_script(latin) else key


def _has_single_script(key: str) -> bool:
    return _single_script().fullmatch(key) is not None


@cache
def _single_script() -> "regex.Pattern[str]":
    """Return a pattern for text of one script or writing system, and of characters that all share."""
    systems = [[script] for script in _SCRIPTS] + _WRITING_SYSTEMS
    return regex.compile(
        "|".join(
            "[" + "".join(rf"\p{{scx={script}}}" for script in [*system, "Zyyy", "Zinh"]) + "]+"
            for system in systems
        )
    )
