"""The look of the pages: the name, the logo and the colour of an organisation."""

import re
from pathlib import Path

import httpx2
from tests.component.http.test_inbox_page import PATH, client_of
from tests.page_helpers import Page

from fastauth.entrypoints.http.pages import accent
from fastauth.entrypoints.http.pages.accent import accent_styles, contrast
from fastauth.entrypoints.http.pages.static import FOLDER

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>'
STYLES = (FOLDER / "app.css").read_text()


async def page_of(client: httpx2.AsyncClient) -> Page:
    return Page(await client.get(PATH))


class TestBrand:
    async def test_name_is_in_each_page(self) -> None:
        async with client_of(brand_name="Müller & <b>Söhne</b>") as client:
            page = await page_of(client)
        assert page.text.count("Müller &amp; &lt;b&gt;Söhne&lt;/b&gt;") == 2
        assert page.of("b") == page.of("img") == []

    async def test_logo_is_loaded_from_here(self, tmp_path: Path) -> None:
        file = tmp_path / "any-name"
        file.write_text(SVG)
        async with client_of(brand_logo=str(file)) as client:
            page = await page_of(client)
            (image,) = page.of("img")
            path = str(image["src"])
            assert re.fullmatch(r"/assets/[0-9a-f]{16}/logo\.svg", path)
            assert image["alt"] == "", "the name stands beside it"
            logo = await client.get(path)
        assert (logo.text, logo.headers["Content-Type"]) == (SVG, "image/svg+xml")
        assert "script-src" not in logo.headers["Content-Security-Policy"]
        assert "default-src 'none'" in logo.headers["Content-Security-Policy"]

    async def test_accent_changes_the_address_of_the_stylesheet(self) -> None:
        addresses = set()
        for colour in (None, "#aa0000"):
            async with client_of(brand_accent=colour) as client:
                page = await page_of(client)
                address = next(str(each["href"]) for each in page.of("link") if each["rel"] == "stylesheet")
                addresses.add(address)
                assert ("--accent: #aa0000;" in (await client.get(address)).text) == (colour is not None)
        assert len(addresses) == 2


class TestAccent:
    def test_can_be_read_in_both_schemes(self) -> None:
        for colour in (
            "#000000",
            "#ffffff",
            "#ffff00",
            "#0000ff",
            "#808080",
            "#ff6a00",
            "#2456c8",
            "#00c853",
        ):
            light, dark = re.findall(r"#[0-9a-f]{6}", accent_styles(colour))
            for shown, backgrounds in ((light, accent.LIGHT_BACKGROUNDS), (dark, accent.DARK_BACKGROUNDS)):
                for background in backgrounds:
                    assert contrast(shown, background) >= 4.5, (colour, shown, background)

    def test_stays_as_it_is_where_the_contrast_suffices(self) -> None:
        assert "--accent: #2456c8;" in accent_styles("#2456c8")
        assert "--accent: #8fb3ff;" in accent_styles("#8fb3ff")

    def test_contrast_is_that_of_the_standard(self) -> None:
        for one, other, ratio in (
            ("#000000", "#ffffff", 21.0),
            ("#ffffff", "#ffffff", 1.0),
            ("#767676", "#ffffff", 4.54),  # the lightest grey that WCAG allows on white
            ("#777777", "#ffffff", 4.48),
        ):
            assert round(contrast(one, other), 2) == ratio, (one, other)

    def test_backgrounds_are_those_of_the_stylesheet(self) -> None:
        shown = re.findall(r"--(?:back|card|raised): (#[0-9a-f]{6});", STYLES)
        assert sorted(shown) == sorted((*accent.LIGHT_BACKGROUNDS, *accent.DARK_BACKGROUNDS))

    def test_colours_of_texts_can_be_read(self) -> None:
        light, dark = (
            dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))
            for block in re.findall(r":root \{(.*?)\}", STYLES, re.DOTALL)
        )
        pairs = [
            *(
                (text, back)
                for text in ("text", "quiet", "accent", "error")
                for back in ("back", "card", "raised")
            ),
            *(("on-accent", "accent"), ("error", "error-back"), ("done", "done-back")),
        ]
        for scheme in (light, dark):
            for text, back in pairs:
                assert contrast(scheme[text], scheme[back]) >= 4.5, (text, back)
            assert contrast(scheme["edge"], scheme["card"]) >= 3, "WCAG 2.2, 1.4.11: the edge of a field"
