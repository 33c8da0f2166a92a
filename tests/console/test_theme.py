"""Which theme a terminal gets, and that every theme has every colour of the style sheets."""

from __future__ import annotations

import re

import pytest

from kraty_console.console.colours import ANSI, DARK, LIGHT, MONO, NAMES, choose_theme
from kraty_console.console.stylesheets import DIALOGS, stylesheet, stylesheets
from kraty_console.console.theme import THEMES, VARIABLE_DEFAULTS
from kraty_console.present.safe import safe
from tests.harness.console.driver import at
from tests.harness.console.stage import DemoStage


@pytest.mark.parametrize(
    ("wanted", "environ", "colors", "theme"),
    [
        (None, {}, "truecolor", DARK),
        (None, {}, "256", DARK),
        (None, {}, "eight_bit", DARK),
        (None, {}, "standard", ANSI),
        (None, {}, "windows", ANSI),
        (None, {}, None, ANSI),
        (None, {"NO_COLOR": "1"}, "truecolor", MONO),
        (None, {"NO_COLOR": ""}, "truecolor", DARK),  # no-color.org: when present and not empty
        ("light", {"NO_COLOR": "1"}, "truecolor", MONO),
        ("dark", {}, "standard", DARK),
        ("light", {}, "truecolor", LIGHT),
        ("ansi", {}, "truecolor", ANSI),
        ("mono", {}, "256", MONO),
    ],
)
def test_the_theme_of_a_terminal(wanted: str | None, environ: dict[str, str], colors: str | None, theme: str) -> None:
    assert choose_theme(wanted, environ, colors) == theme


def test_an_unknown_theme_is_reported_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="theme 'pink' is not one of dark, light, ansi, mono"):
        choose_theme("pink", {}, "truecolor")


def test_every_theme_has_every_variable_of_ours() -> None:
    ours = set(VARIABLE_DEFAULTS)
    for theme in THEMES:
        assert ours <= set(theme.variables), theme.name


def test_the_mono_theme_names_no_colour() -> None:
    (mono,) = [theme for theme in THEMES if theme.name == MONO]
    colours = [mono.primary, mono.secondary, mono.accent, mono.warning, mono.error, mono.success, mono.background]
    assert set(colours) == {"ansi_default"}
    words = {"ansi_default", "reverse", "none", "bold", "dim", "underline"}
    assert {word for value in mono.variables.values() for word in value.split()} <= words


def test_no_sheet_names_a_colour_of_its_own() -> None:
    """Only `$variables`, so that a theme decides everything."""
    for path in (*stylesheets(), stylesheet(DIALOGS)):
        text = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        assert not re.findall(r"#[0-9a-fA-F]{3,8}\b(?=\s*[;}])", text), path
        assert not re.findall(r"\brgba?\(", text), path


@pytest.mark.parametrize("name", sorted(NAMES))
async def test_every_theme_draws_the_same_words(backend: DemoStage, name: str) -> None:
    async with at(backend.app(player="alice_42", theme=name)) as driver:
        await driver.looks_at("alice_42")
        assert driver.app.theme == NAMES[name]
        await driver.sees("▸", "completed", "LIVE", "roll failed")
        await driver.press("R")
        await driver.opened()
        await driver.sees("[ Retry roll ]", "LIVE")
        assert safe(driver.app.screen.form.title) in driver.text
