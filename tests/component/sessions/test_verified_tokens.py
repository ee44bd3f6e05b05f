"""Claims of verified tokens are remembered for exactly the token, and not without bound."""

from fastauth.adapters.jose.verified_tokens import VerifiedToken, VerifiedTokens

TOKEN = VerifiedToken(kid="a", claims={"sub": "7"})


class TestVerifiedTokens:
    def test_returns_what_was_added(self) -> None:
        tokens = VerifiedTokens()
        tokens.add("h.c.s", TOKEN)
        assert tokens.get("h.c.s") is TOKEN

    def test_misses_other_text(self) -> None:
        tokens = VerifiedTokens()
        tokens.add("h.c.s", TOKEN)
        assert [tokens.get(text) for text in ("h.c.S", "h.c.s=", "h.c.", "h..c.s", "H.c.s")] == [None] * 5

    def test_evicts_least_recently_used(self) -> None:
        tokens = VerifiedTokens(max_entries=2)
        tokens.add("one", TOKEN)
        tokens.add("two", TOKEN)
        tokens.get("one")
        tokens.add("three", TOKEN)
        assert [tokens.get(text) is TOKEN for text in ("one", "two", "three")] == [True, False, True]

    def test_repr_hides_claims(self) -> None:
        assert "7" not in repr(TOKEN)
