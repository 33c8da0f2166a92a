from __future__ import annotations

import pytest

from tests.data import Hostile, load_hostile
from tests.harness.each import for_each
from tests.harness.terminal.audit import audit, unseen

_START = b"\x1b[?1049h\x1b[?25l\x1b[?1004h\x1b[>25u\x1b[?2026$p\x1b[?2048$p\x1b[?2004h\x1b[?7l\x1b[?2048h"
_STOP = b"\x1b[?2004l\x1b[?7h\x1b[?2048l\x1b[<u\x1b[?1049l\x1b[?25h\x1b[?1004l"


def screen_with(text: bytes) -> bytes:
    """What a driver sends that paints one frame with a text in the middle, and stops."""
    frame = b"\x1b[?2026h\x1b[1;1H\x1b[1;38;2;1;2;3;48;2;4;5;6m" + text + b"\x1b[0m\r\n\x1b[2;1Hmore\x1b[?2026l"
    return _START + frame + _STOP


@pytest.mark.parametrize("text", ["alice_42", "漢字名前", "👩‍👩‍👧", "café", "▸ 1\u2009840 ␛[2J", "ก้ำ"])
def test_a_frame_of_our_own_passes(text: str) -> None:
    assert audit(screen_with(text.encode())) == []


@pytest.mark.parametrize("style", [b"0", b"", b"1;2;31", b"7;9;97;107", b"38;5;231;48;5;16", b"4", b"0;1;38;2;1;2;3"])
def test_the_styles_that_our_renderer_writes_pass(style: bytes) -> None:
    assert audit(screen_with(b"\x1b[" + style + b"mx\x1b[0m")) == []


def dangerous() -> list[Hostile]:
    return [
        entry for entry in load_hostile() if entry.kind in ("escape", "c0", "c1", "bidi") and entry.name != "rtl_hebrew"
    ]


@for_each("entry", dangerous())
def test_each_string_that_steers_a_terminal_is_found(entry: Hostile) -> None:
    value = entry.value.encode() if entry.raw is None else entry.raw
    assert audit(screen_with(value.replace(b"\n", b"\r\n")))


def test_the_driver_recognizes_a_sequence_sent_twice() -> None:
    assert [finding.what for finding in audit(screen_with(b"\x1b[?25l"))] == ["'\\x1b[?25l' sent again"]


def test_the_audit_reports_an_unrequested_copy() -> None:
    copied = screen_with(b"\x1b]52;c;YWxpY2U=\x07")
    assert audit(copied, copies=1) == []
    assert audit(copied)


def test_a_joiner_passes_between_emoji_and_not_inside_a_latin_name() -> None:
    assert unseen("👨\u200d👩") is None
    assert unseen("ali\u200dce") == "character U+200D (Cf)"
