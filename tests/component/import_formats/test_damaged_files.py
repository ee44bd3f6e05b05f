"""Damaged files of every format."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.component.import_formats.reading import (
    DJANGO_FIELDS,
    django_fixture,
    read,
)

from fastauth.entrypoints.import_formats import UnreadableFile

SANE = {
    "csv": b'username,password,fullname,is_active\nann,"x",Ann,1\n' + b'"b\nob",x,Bob,0\n' * 3,
    "lines": b'{"username": "ann", "password": "x"}\n' * 4,
    "fixture": json.dumps(django_fixture(*[DJANGO_FIELDS] * 4)).encode(),
}


class TestDamagedFile:
    @pytest.mark.parametrize("kind", SANE)
    @settings(deadline=None)  # the machine may be busy
    @given(
        damage=st.dictionaries(st.integers(0, 999), st.sampled_from(b'\x00\xff\xf0"\n\r,{}[]\\x'), min_size=1)
    )
    def test_read_or_reported(self, kind: str, damage: dict[int, int]) -> None:
        damaged = bytearray(SANE[kind])
        for position, byte in damage.items():
            damaged[position % len(damaged)] = byte
        try:
            places = [entry.position for entry in read(bytes(damaged))]
        except UnreadableFile:
            places = []
        assert places == sorted(places)
