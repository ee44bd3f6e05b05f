"""Answers about API keys, in memory."""

import json

from clients.python.tests.fakes import FakeClock

from fastauth_client.api_key_answers import caller_in
from fastauth_client.kept_answers import Answer, KeptAnswers


def an_answer(clock: FakeClock, *, accepted: bool) -> Answer:
    answer = {
        "active": True,
        "token_type": "api_key",
        "scope": "",
        "client_id": "fastauth",
        "sub": "17",
        "sid": "key:a",
        "iat": int(clock.time()),
        "exp": int(clock.time()) + 3600,
    }
    caller = caller_in(200, json.dumps(answer).encode())
    return Answer(caller if accepted else None, clock.time(), clock.monotonic() + 60)


class TestKeptAnswers:
    def test_invented_keys_take_no_place_of_a_used_one(self) -> None:
        clock = FakeClock()
        answers = KeptAnswers(clock=clock, max_accepted=3, max_refused=2)
        used = an_answer(clock, accepted=True)
        answers.add(b"used", used)
        for number in range(10):
            answers.add(b"invented %d" % number, an_answer(clock, accepted=False))
        assert answers.get(b"used") == used
        assert answers.get(b"invented 9")
        assert answers.get(b"invented 0") is None
        assert len(answers) == 3

    def test_least_recently_used_goes_first(self) -> None:
        clock = FakeClock()
        for accepted in (True, False):
            answers = KeptAnswers(clock=clock, max_accepted=2, max_refused=2)
            for digest in (b"a", b"b"):
                answers.add(digest, an_answer(clock, accepted=accepted))
            answers.get(b"a")
            answers.add(b"c", an_answer(clock, accepted=accepted))
            found = [bool(answers.get(digest)) for digest in (b"a", b"b", b"c")]
            assert found == [True, False, True], accepted

    def test_later_answer_replaces_the_earlier(self) -> None:
        clock = FakeClock()
        answers = KeptAnswers(clock=clock)
        for accepted in (True, False, True):
            answer = an_answer(clock, accepted=accepted)
            answers.add(b"a", answer)
            assert answers.get(b"a") == answer
            assert len(answers) == 1
