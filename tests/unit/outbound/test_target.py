"""Which URLs and addresses the service sends requests to (OWASP SSRF, GHSA-5rr4-8452-hf4v)."""

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from tests.harness.tables import row

from fastauth.domain.errors import InvalidInput, Violation
from fastauth.domain.outbound.address import is_allowed_if_named, is_public
from fastauth.domain.outbound.errors import OutboundFailed, OutboundFailure
from fastauth.domain.outbound.target import NamedHosts

NOT_PUBLIC = (
    *("0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "127.0.0.1", "127.255.255.254"),  # noqa: S104  no binding
    *("169.254.0.1", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.0.9"),
    *("192.0.2.1", "192.88.99.1", "192.168.0.1", "192.168.255.255", "198.18.0.1", "198.51.100.1"),
    *("203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255"),
    *("::", "::1", "::7f00:1", "::ffff:10.0.0.1", "::ffff:8.8.8.8", "64:ff9b::a00:1", "64:ff9b:1::a00:1"),
    *("100::1", "2001::1", "2001:db8::1", "2002:a00:1::", "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254"),
    *("fe80::1", "fec0::1", "ff02::1"),
)
PUBLIC = ("8.8.8.8", "1.1.1.1", "93.184.215.14", "2606:4700:4700::1111", "2a00:1450:4001:81b::200e")


def _spellings(address: IPv4Address | IPv6Address) -> list[str]:
    """Return six ways to write an address as a host, each of which some parser reads as the address."""
    if isinstance(address, IPv4Address):
        a, b, c, d = address.packed
        return [
            str(address),
            str(int(address)),
            f"0x{int(address):x}",
            f"0{a:o}.0{b:o}.0{c:o}.0{d:o}",
            f"{a}\u3002{b}\uff0e{c}\uff61{d}",  # dots of IDNA (UTS #46)
            f"[::ffff:{address}]",
        ]
    exploded = address.exploded
    return [
        f"[{address}]",
        f"[{exploded}]",
        f"[{exploded.upper()}]",
        f"[{address}%25eth0]",
        str(address),
        exploded.replace(":", "-"),
    ]


class TestIsPublic:
    def test_addresses(self) -> None:
        wrong = {text: False for text in NOT_PUBLIC if is_public(ip_address(text))}
        wrong |= {text: True for text in PUBLIC if not is_public(ip_address(text))}

        assert wrong == {}
        assert len(NOT_PUBLIC) >= 40

    def test_a_named_host_may_be_private_and_never_link_local(self) -> None:
        allowed = {text for text in NOT_PUBLIC if is_allowed_if_named(ip_address(text))}

        assert allowed == {
            *("10.0.0.1", "10.255.255.255", "100.64.0.1", "127.0.0.1", "127.255.255.254", "172.16.0.1"),
            *("172.31.255.255", "192.168.0.1", "192.168.255.255", "::1", "fc00::1"),
        }


class TestTarget:
    def test_private_addresses_in_six_spellings(self) -> None:
        """R48 (CWE-918): no spelling of a private address is accepted."""
        accepted = []
        for text in NOT_PUBLIC:
            for spelling in _spellings(ip_address(text)):
                try:
                    target = NamedHosts().target(f"https://{spelling}/hook")
                except InvalidInput:
                    continue
                accepted.append((text, spelling, target.host))

        # An IPv6 address with dashes has the form of a host name; the resolver decides what it is.
        assert [each for each in accepted if "-" not in each[2]] == []

    def test_what_is_accepted_is_no_address_for_the_operating_system(self) -> None:
        """`inet_aton` reads ``0x7f.1`` and ``127.1``; no host that passes the rule is read by it."""
        hosts = ["0x7f.1", "127.1", "2130706433", "017700000001", "0", "1.2.3", "0x", "1.0x7f"]
        hosts += ["a.1", "hook.0x1", "example.com."]
        read = []
        for host in hosts:
            try:
                NamedHosts().target(f"https://{host}/")
            except InvalidInput:
                continue
            read.append(host)

        assert read == []
        with pytest.raises(OSError, match="illegal"):
            socket.inet_aton("receiver.example")

    def test_malformed_and_local_urls_are_refused(self) -> None:
        refused = [
            *("", "https://", "http://receiver.example/", "ftp://receiver.example/", "//receiver.example/"),
            *("https://receiver.example:80/", "https://receiver.example:22/", "https://receiver.example:0/"),
            *("https://receiver.example:65536/", "https://receiver.example:https/"),
            *("https://user@receiver.example/", "https://user:secret@receiver.example/"),
            *("https://receiver.example@127.0.0.1/", "https://receiver.example/#fragment"),
            *("https://receiver.example\\@127.0.0.1/", "https:\\\\receiver.example/"),
            *("https://receiver.example/a b", "https://receiver.example/\n", "https://receiver.example/\x00"),
            *("https://réceiver.example/", "https://receiver%2eexample/", "https://receiver.example/%zz"),
            *("https://localhost/", "https://LOCALHOST/", "https://a.localhost/", "https://-a.example/"),
            *("https://[2606:4700:4700::1111%25eth0]/", "https://[2606:4700:4700::1111%eth0]/"),
            *("https://[::1/", "https://::1]/", "https://[8.8.8.8]/", "https://[v1.a]/", "https://a..b/"),
            "https://receiver.example/" + "a" * 2_048,
        ]
        accepted = []
        for url in refused:
            try:
                NamedHosts().target(url)
            except InvalidInput:
                continue
            accepted.append(url)

        assert accepted == []

    def test_reason_of_a_refusal(self) -> None:
        """The detail says what must be changed in the URL."""
        details = {
            "": "Use 1 to 2048 printable ASCII characters without spaces.",
            "https://receiver.example/"
            + "a" * 2_024: "Use 1 to 2048 printable ASCII characters without spaces.",
            "x": "The URL must begin with https://.",
            "https://receiver.example/a b": "Use 1 to 2048 printable ASCII characters without spaces.",
            "https://receiver.example\\a": "Use 1 to 2048 printable ASCII characters without spaces.",
            "https://receiver.example:65536/": "This is not a URL.",
            "https://[::1/": "This is not a URL.",
            "ftp://receiver.example/": "The URL must begin with https://.",
            "https:///path": "The URL must begin with https://.",
            "http://receiver.example/": "The URL must begin with https://.",
            "https://user@receiver.example/": "The URL must have no user, no password and no fragment.",
            "https://receiver.example/#": "The URL must have no user, no password and no fragment.",
            "https://receiver.example/%zz": "The path has a character that must be percent-encoded.",
            "https://receiver.example/?a=%": "The path has a character that must be percent-encoded.",
            "https://-a..b/": (
                "The host must be a host name in ASCII or an IP address in its usual spelling."
            ),
            "https://:443/": (
                "The host must be a host name in ASCII or an IP address in its usual spelling."
            ),
            "https://receiver.example:444/": "The port must be 443 or 8443.",
            "https://10.0.0.1/": "The host must have a public address.",
            "https://localhost/": "The host must have a public address.",
        }
        violations = {}
        for url in details:
            with pytest.raises(InvalidInput) as refused:
                NamedHosts().target(url, field="webhook")
            violations[url] = refused.value.violations
        assert violations == {
            url: (Violation("webhook", "not_allowed", detail),) for url, detail in details.items()
        }
        with pytest.raises(InvalidInput) as refused:
            NamedHosts().target("")
        assert [each.field for each in refused.value.violations] == ["url"]

    def test_longest_url(self) -> None:
        url = "https://receiver.example/" + "a" * 2_023
        assert (len(url), NamedHosts().target(url).port) == (2_048, 443)

    def test_longest_name_and_label(self) -> None:
        """RFC 1035: 253 characters, and 63 in a label."""
        longest = ".".join(("a" * 63, "b" * 63, "c" * 63, "d" * 61))
        assert (len(longest), NamedHosts().target(f"https://{longest}/").host) == (253, longest)
        for host in (longest + "d", "a" * 64 + ".example"):
            with pytest.raises(InvalidInput):
                NamedHosts().target(f"https://{host}/")

    def test_accepted(self) -> None:
        seen = {
            url: (target.host, target.port, target.path, target.authority)
            for url in (
                "https://Receiver.example",
                "https://receiver.example:443/hook?a=1",
                "https://receiver.example:8443/",
                "https://[2606:4700:4700::1111]/hook",
                "https://8.8.8.8/",
                "HTTPS://xn--rceiver-bya.example/%C3%A9",
            )
            for target in [NamedHosts().target(url)]
        }

        assert list(seen.values()) == [
            ("receiver.example", 443, "/", "receiver.example"),
            ("receiver.example", 443, "/hook?a=1", "receiver.example"),
            ("receiver.example", 8443, "/", "receiver.example:8443"),
            ("2606:4700:4700::1111", 443, "/hook", "[2606:4700:4700::1111]"),
            ("8.8.8.8", 443, "/", "8.8.8.8"),
            ("xn--rceiver-bya.example", 443, "/%C3%A9", "xn--rceiver-bya.example"),
        ]


class TestOutboundFailed:
    def test_message_is_the_reason(self) -> None:
        assert {each: str(OutboundFailed(each)) for each in OutboundFailure} == {
            each: each.value for each in OutboundFailure
        }


class TestNamedHosts:
    def test_a_named_origin_is_allowed_and_no_other_of_the_host(self) -> None:
        named = NamedHosts.parse("billing.internal", "stock:9443", "http://mail:8080", "http://[::1]:5000")

        for url in (
            "https://billing.internal/x",
            "https://stock:9443/",
            "http://mail:8080/a",
            "http://[::1]:5000/",
        ):
            assert named.target(url).is_named, url
        assert not named.target("https://billing.internal:8443/").is_named
        for url in ("http://billing.internal/", "https://stock:9444/", "http://mail/", "https://[::1]:5000/"):
            with pytest.raises(InvalidInput):
                named.target(url)

    def test_origins(self) -> None:
        """A port that is not given is that of the scheme; a slash at the end is no path."""
        named = NamedHosts.parse("billing.internal/", "stock:9443", "http://Mail", "https://[::1]")
        assert named.origins == {
            ("https", "billing.internal", 443),
            ("https", "stock", 9443),
            ("http", "mail", 80),
            ("https", "::1", 443),
        }
        target = named.target("http://mail/?a=1")
        assert (target.path, target.authority) == ("/?a=1", "mail")

    def test_reason_of_a_refused_entry(self) -> None:
        details = {
            "billing/path": "'billing/path' has a path; give a host, host:port or http://host:port.",
            "ftp://billing": "The URL must begin with https://.",
        }
        violations = {}
        for entry in details:
            with pytest.raises(InvalidInput) as refused:
                NamedHosts.parse("good.example", entry)
            violations[entry] = refused.value.violations
        assert violations == {
            entry: (Violation("hosts", "not_allowed", detail),) for entry, detail in details.items()
        }

    def test_malformed_entry(self) -> None:
        for entry in ["", "*", "*.internal", "billing/path", "a b", "ftp://billing", "http://"]:
            with row(entry), pytest.raises(InvalidInput):
                NamedHosts.parse(entry)
