"""The signature that receivers check (contract/README.md#webhooks)."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kraty_console.contract.signature import sign, verify

SECRET = "whsec_test_12345"
NOW = 1_780_000_000
BODY = b'{"kind":"grant.created","grant":{"id":"g1"}}'
HEX = hmac.new(SECRET.encode(), b"1780000000." + BODY, hashlib.sha256).hexdigest()


def test_it_is_the_published_form() -> None:
    assert sign(SECRET, BODY, NOW) == f"t=1780000000,v1={HEX}"


@pytest.mark.parametrize(
    ("age", "holds"), [(0, True), (300, True), (300.5, False), (301, False), (-60, True), (-61, False), (-1e9, False)]
)
def test_it_holds_for_a_while(age: float, holds: bool) -> None:
    assert verify(SECRET, sign(SECRET, BODY, NOW), BODY, now=NOW + age) is holds


def test_the_while_may_be_set() -> None:
    assert verify(SECRET, sign(SECRET, BODY, NOW), BODY, now=NOW + 3600, oldest=3600)
    assert verify(SECRET, sign(SECRET, BODY, NOW), BODY, now=NOW - 3600, farthest_ahead=3600)


@pytest.mark.parametrize(
    "header", [f" t = {NOW} , v1 = {HEX} ", f"v1={HEX},t={NOW}", f"t={NOW},v0=00,v1={HEX.upper()}"]
)
def test_parts_may_stand_apart_and_in_any_order(header: str) -> None:
    assert verify(SECRET, header, BODY, now=NOW)


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        ",",
        "=",
        f"t={NOW}",
        f"v1={HEX}",
        f"t={NOW},v1=",
        f"t={NOW},v1={HEX[:-1]}",
        f"t={NOW},v1={HEX}0",
        f"t={NOW},v1={'z' * 64}",
        f"t={NOW},v1={'é' * 64}",
        f"t={NOW}.0,v1={HEX}",
        f"t=,v1={HEX}",
        f"t=-{NOW},v1={HEX}",
        f"t=١٧٨٠٠٠٠٠٠٠,v1={HEX}",
        f"t={'9' * 5000},v1={HEX}",
        f"t=nan,v1={HEX}",
    ],
)
def test_what_is_no_signature_is_none(header: str | None) -> None:
    assert not verify(SECRET, header, BODY, now=NOW)


def test_another_secret_body_or_moment_does_not_hold() -> None:
    header = sign(SECRET, BODY, NOW)
    assert not verify(SECRET + "6", header, BODY, now=NOW)
    assert not verify(SECRET, header, BODY + b" ", now=NOW)
    assert not verify(SECRET, header.replace(f"t={NOW}", f"t={NOW + 1}"), BODY, now=NOW)


@given(st.text(), st.binary())
def test_no_header_is_an_error(header: str, body: bytes) -> None:
    assert not verify(SECRET, header, body, now=NOW)
