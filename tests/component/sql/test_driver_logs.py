"""What drivers log if a program that embeds fastauth logs everything."""

import logging

import pytest
from sqlalchemy import bindparam, select
from tests.harness.databases import connect


class TestDriverLogs:
    async def test_no_parameters_at_debug(self, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.DEBUG)
        caplog.set_level(logging.NOTSET, logger="aiosqlite")  # its level before the first database
        database = connect("sqlite://")
        try:
            found = await database.autocommit.execute(select(bindparam("value")), {"value": "a stored hash"})
            assert found.scalar_one() == "a stored hash"
        finally:
            await database.close()
        assert "a stored hash" not in caplog.text
