"""Name, logo and colour of the pages."""

from pathlib import Path

import pytest

from fastauth.entrypoints.settings import Settings

SVG = b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>'
PICTURES = {
    "svg": SVG,
    "png": b"\x89PNG\r\n\x1a\n....",
    "webp": b"RIFF\0\0\0\0WEBPVP8 ",
    "jpg": b"\xff\xd8\xff\xe0",
}


class TestName:
    def test_is_a_short_text(self) -> None:
        assert Settings().brand_name == Settings(brand_name=" ").brand_name == "fastauth"
        assert Settings(brand_name=" Müller & Söhne <KG> ").brand_name == "Müller & Söhne <KG>"
        for value in ("x" * 51, "a\u202eb", "a\u200bb"):
            with pytest.raises(ValueError, match="at most 50 printable"):
                Settings(brand_name=value)


class TestLogo:
    def test_type_of_a_picture_is_detected_by_its_content(self, tmp_path: Path) -> None:
        file = tmp_path / "logo"
        for ending, content in PICTURES.items():
            file.write_bytes(content)
            logo = Settings(brand_logo=str(file)).brand_logo  # type: ignore[arg-type]  # as a user gives it
            assert logo is not None
            assert (logo.ending, logo.content) == (ending, content)
        assert Settings(brand_logo="").brand_logo is None  # type: ignore[arg-type]  # as above

    def test_anything_else_is_refused(self, tmp_path: Path) -> None:
        file = tmp_path / "logo"
        for content, rule in (
            (b"<html><script>", "SVG, PNG, WebP or JPEG"),
            (b"", "SVG, PNG, WebP or JPEG"),
            (SVG + b" " * 65_536, "at most 64 KiB"),
        ):
            file.write_bytes(content)
            with pytest.raises(ValueError, match=rule):
                Settings(brand_logo=str(file))  # type: ignore[arg-type]  # as above
        for path in (tmp_path, tmp_path / "missing"):
            with pytest.raises(ValueError, match="that can be read"):
                Settings(brand_logo=str(path))  # type: ignore[arg-type]  # as above


class TestAccent:
    def test_is_a_colour_of_six_digits(self) -> None:
        assert Settings(brand_accent="#A0b1C2").brand_accent == "#a0b1c2"
        assert Settings(brand_accent="").brand_accent is None
        for value in ("red", "#abc", "#a0b1c2d3", "a0b1c2", "#a0b1c2;}", "#a0b1cg"):
            with pytest.raises(ValueError, match="a colour such as"):
                Settings(brand_accent=value)
