"""Custom keys, and the table of keys."""

from __future__ import annotations

import pytest

from kraty_console.domain.actions import REGISTRY
from kraty_console.domain.keymap import effective_keys, key_label, key_lines, key_table, keymap_problems, split_keys


def test_the_default_keys_do_not_clash() -> None:
    assert keymap_problems({}) == []
    assert effective_keys({}) == {spec.id: spec.keys for spec in REGISTRY}


@pytest.mark.parametrize(
    ("keymap", "words"),
    [
        ({"player.gran": "X"}, "keymap: there is no action 'player.gran'; nearest is player.grant"),
        ({"zzz": "x"}, "keymap: there is no action 'zzz'"),
        ({"view.refresh": "ctrl+a"}, "keymap: view.refresh: ctrl+a cannot be used: terminal multiplexers take it"),
        (
            {"view.refresh": "ctrl+j"},
            "keymap: view.refresh: ctrl+j cannot be used: plain terminals send it as another key",
        ),
        (
            {"view.refresh": "ctrl+s"},
            "keymap: view.refresh: ctrl+s cannot be used: terminals take it for flow and job control",
        ),
        (
            {"view.refresh": "ctrl+enter"},
            "keymap: view.refresh: ctrl+enter cannot be used: plain terminals do not send it",
        ),
        ({"view.refresh": "alt+r"}, "keymap: view.refresh: alt+r cannot be used: terminals disagree about alt"),
        ({"view.refresh": "bogus"}, "keymap: view.refresh: there is no key 'bogus'"),
        ({"view.refresh": "R"}, "keymap: view.refresh: R is upper case, and those are for changes"),
        ({"player.grant": "m"}, "keymap: player.grant: m cannot change anything: changes are on upper-case letters"),
        ({"audit.export": "e"}, "keymap: audit.export: e cannot write a file: that is on upper-case letters"),
        ({"player.grant": "f5"}, "keymap: player.grant: f5 cannot change anything: changes are on upper-case letters"),
        ({"view.refresh": ""}, "keymap: view.refresh names no key"),
        ({"app.quit": "x"}, "keymap: app.quit keeps its key, so that there is always a way out"),
        ({"view.refresh": "s"}, "keymap: s means both pane.sort and view.refresh"),
        ({"grant.force_claim": "C"}, "keymap: C means both grant.force_claim and wallet.credit"),
    ],
)
def test_invalid_keymaps_are_reported(keymap: dict[str, str], words: str) -> None:
    assert words in keymap_problems(keymap)


@pytest.mark.parametrize(
    "keymap",
    [
        {"view.refresh": "ctrl+r, f5"},
        {"search.focus": "slash"},
        {"row.down": "n,down", "row.up": "x,up"},
        {"attempt.force_complete": "Z", "grant.force_claim": "Z"},
        {"pane.next": "right", "pane.previous": "left"},
        {"copy.value": "comma"},
    ],
)
def test_valid_keymaps_are_accepted(keymap: dict[str, str]) -> None:
    assert keymap_problems(keymap) == []
    keys = effective_keys(keymap)
    assert all(keys[name] == split_keys(text) for name, text in keymap.items())


def test_names_of_punctuation_are_the_characters() -> None:
    assert split_keys("slash, comma ,question_mark") == ("/", ",", "?")


def test_key_labels() -> None:
    assert [key_label(key) for key in ("escape", "pagedown", "down", "F", "/", "ctrl+p")] == [
        "esc",
        "PgDn",
        "↓",
        "F",
        "/",
        "ctrl+p",
    ]


def test_the_key_table_holds_every_action_once() -> None:
    table = key_table()
    assert table.startswith("| key | does |\n|---|---|\n| `F` |")
    assert {text for _, text in key_lines()} == {spec.help for spec in REGISTRY}
    assert table.count("\n") == len(key_lines()) + 2
    assert "| `1` `2` `3` `4` `5` `6` `7` `tab` `shift+tab` | switch panes |" in table


def test_the_key_lines_follow_the_keymap() -> None:
    lines = {text: keys for keys, text in key_lines(keys=effective_keys({"view.refresh": "f5"}))}
    assert lines["refresh now"] == "f5"
