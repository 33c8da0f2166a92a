from __future__ import annotations

from tests.data import load_hostile


def test_the_corpus_is_complete_and_its_names_are_unique() -> None:
    corpus = load_hostile()
    assert len(corpus) == 142
    assert len({entry.name for entry in corpus}) == 142
    assert [entry.name for entry in corpus if entry.raw is not None] == [
        "raw_truncated_utf8",
        "raw_byte_9b",
        "raw_overlong_slash",
    ]


def test_repeats_are_spelled_out_and_lone_surrogates_survive_the_file() -> None:
    by_name = {entry.name: entry for entry in load_hostile()}
    assert len(by_name["len_1mib"].value) == 1 << 20
    assert by_name["lone_high_surrogate"].value == "a\ud800b"
    assert not by_name["lone_high_surrogate"].can_be_text
    assert by_name["bidi_rlo"].can_be_text
