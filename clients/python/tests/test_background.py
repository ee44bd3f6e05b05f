"""The thread that keeps keys and revocations up to date."""

import asyncio
import logging
import os
import threading

import httpx2
import pytest
from clients.python.tests.fakes import CLIENT_SECRET, FakeIssuerServer, revocation

from fastauth_client import KeysUnavailable, Revocations, Revoked, Verifier
from fastauth_client.background_loop import BackgroundLoop


def verifier_of(server: FakeIssuerServer) -> Verifier:
    return Verifier(
        server.issuer.issuer,
        audience=server.issuer.audience,
        http=server.client(),
        revocations=Revocations(CLIENT_SECRET),
    )


def threads() -> set[str]:
    return {thread.name for thread in threading.enumerate() if thread.name.startswith("fastauth")}


class TestThread:
    def test_is_not_there_before_the_first_use(self, server: FakeIssuerServer) -> None:
        verifier_of(server)
        assert threads() == set()
        assert server.fetches == 0

    def test_has_ended_after_close(self, server: FakeIssuerServer) -> None:
        before = threading.active_count()
        with verifier_of(server) as verifier:
            verifier.verify_sync(server.issuer.token())
            assert threads() == {"fastauth-client"}
        assert threading.active_count() == before

    async def test_has_ended_after_the_block(self, server: FakeIssuerServer) -> None:
        before = threading.active_count()
        async with verifier_of(server) as verifier:
            await verifier.verify(server.issuer.token())
        assert threading.active_count() == before

    def test_is_not_started_again_by_a_token_after_close(self, server: FakeIssuerServer) -> None:
        with verifier_of(server) as verifier:
            pass
        verifier.verify_sync(server.issuer.token())
        server.issuer.rotate()
        with pytest.raises(Exception, match="invalid"):
            verifier.verify_sync(server.issuer.token())
        assert threads() == set()

    def test_can_be_started_again(self, server: FakeIssuerServer) -> None:
        verifier = verifier_of(server)
        for _ in range(2):
            verifier.start()
            verifier.start()
            verifier.close()
            verifier.close()
        assert server.fetches == 2

    def test_close_does_not_wait_for_the_issuer(self, server: FakeIssuerServer) -> None:
        """The feed is held open by the service: `close` ends it."""
        server.feed_answers = [{}]
        with verifier_of(server):
            pass
        assert threads() == set()

    def test_close_ends_a_wait_for_a_key(self) -> None:
        asked = threading.Event()

        class SilentServer(FakeIssuerServer):
            async def _answer(self, request: object) -> None:  # type: ignore[override]  # it never answers
                asked.set()
                await asyncio.Event().wait()

        server = SilentServer()
        verifier = verifier_of(server)
        errors: list[BaseException] = []

        def verify() -> None:
            try:
                verifier.verify_sync(server.issuer.token())
            except KeysUnavailable as error:
                errors.append(error)

        waiting = threading.Thread(target=verify)
        waiting.start()
        asked.wait()
        verifier.close()
        waiting.join()
        assert len(errors) == 1

    async def test_cancelled_request_leaves_the_fetch_to_the_others(self) -> None:
        asked, release = threading.Event(), threading.Event()

        class SlowServer(FakeIssuerServer):
            async def _answer(self, request: httpx2.Request) -> httpx2.Response:
                asked.set()
                await asyncio.to_thread(release.wait)
                return await super()._answer(request)

        server = SlowServer()
        verifier = Verifier(server.issuer.issuer, audience=server.issuer.audience, http=server.client())
        first = asyncio.create_task(verifier.verify(server.issuer.token()))
        second = asyncio.create_task(verifier.verify(server.issuer.token()))
        await asyncio.sleep(0)
        asked.wait()
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        release.set()
        assert (await second).subject == "1"
        verifier.close()
        assert server.fetches == 1

    def test_failure_of_it_is_logged_and_close_still_works(self, caplog: pytest.LogCaptureFixture) -> None:
        async def fail(_: asyncio.Event) -> None:
            raise RuntimeError("a bug")

        loop = BackgroundLoop(fail)
        with caplog.at_level(logging.ERROR, "fastauth_client"):
            loop.start()
            loop.stop().result()
        assert "a bug" in caplog.text


class AllAnswersApplied:
    """Metrics that tell when the feed has been polled successfully for a number of times."""

    def __init__(self, number: int) -> None:
        self._left = number
        self.event = threading.Event()

    def count(self, subject: str, outcome: str) -> None:
        if (subject, outcome) == ("feed", "ok"):
            self._left -= 1
            if self._left == 0:
                self.event.set()


class TestFeed:
    def test_is_followed_from_the_start(self, server: FakeIssuerServer) -> None:
        token, at = server.issuer.token("7"), server.issuer.claims()["iat"] + 1
        server.feed_answers = [
            {"revocations": [revocation("sub", "6", at)], "more": True},
            {"revocations": [revocation("sub", "7", at)], "after": "c2"},
        ]
        applied = AllAnswersApplied(2)
        verifier = Verifier(
            server.issuer.issuer, audience=server.issuer.audience, http=server.client(), metrics=applied,
            revocations=Revocations(CLIENT_SECRET),
        )  # fmt: skip
        with verifier:
            applied.event.wait()
            with pytest.raises(Revoked):
                verifier.verify_sync(token)
            assert verifier.staleness < float("inf")


class TestFork:
    def test_child_starts_a_thread_of_its_own(self, server: FakeIssuerServer) -> None:
        """As a forking server that has used the verifier before it forks."""
        verifier = verifier_of(server).start()
        before = server.fetches
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                verifier.verify_sync(server.issuer.token())
                verifier.close()
                os.write(write, b"verified" if threads() == set() else b"a thread is left")
            finally:
                os._exit(0)
        os.waitpid(child, 0)
        os.close(write)
        assert os.read(read, 100) == b"verified"
        os.close(read)
        verifier.close()
        assert server.fetches == before
