"""Client networks."""

from tests.harness.tables import row

from fastauth.domain.rate_limits.network import network_of


class TestNetwork:
    def test_network_of_address(self) -> None:
        for address, network in [
            ("192.0.2.1", "192.0.2.1"),
            ("::ffff:192.0.2.1", "192.0.2.1"),
            ("::ffff:c000:201", "192.0.2.1"),
            ("2001:db8::1", "2001:0db8:0000:0000"),
            ("2001:DB8:0:0:ffff::1", "2001:0db8:0000:0000"),
            ("2001:0db8:0000:0000:1:2:3:4", "2001:0db8:0000:0000"),
            ("2001:db8:0:1::", "2001:0db8:0000:0001"),
            ("fe80::1%eth0", "fe80:0000:0000:0000"),
            ("", "unknown"),
            ("a", "unknown"),
            ("192.0.2.1, 192.0.2.2", "unknown"),
        ]:
            with row((address, network)):
                assert network_of(address) == network

    def test_ipv6_addresses_share_a_64_bit_prefix(self) -> None:
        """R33 (CVE-2026-45364 (better-auth); CWE-307): limits go by the text of an IPv6 address."""
        assert len({network_of(f"2001:db8::{number:x}") for number in range(1_000)}) == 1
