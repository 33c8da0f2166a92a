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


def test_a_signature_has_the_published_form() -> None:
    assert sign(SECRET, BODY, NOW) == f"t=1780000000,v1={HEX}"


@pytest.mark.parametrize(
    ("age", "holds"), [(0, True), (300, True), (300.5, False), (301, False), (-60, True), (-61, False), (-1e9, False)]
)
def test_a_signature_is_valid_for_a_limited_time(age: float, holds: bool) -> None:
    assert verify(SECRET, sign(SECRET, BODY, NOW), BODY, now=NOW + age) is holds


def test_the_maximum_age_of_a_signature_can_be_set() -> None:
    assert verify(SECRET, sign(SECRET, BODY, NOW), BODY, now=NOW + 3600, oldest=3600)
    assert verify(SECRET, sign(SECRET, BODY, NOW), BODY, now=NOW - 3600, farthest_ahead=3600)


@pytest.mark.parametrize(
    "header", [f" t = {NOW} , v1 = {HEX} ", f"v1={HEX},t={NOW}", f"t={NOW},v0=00,v1={HEX.upper()}"]
)
def test_the_parts_of_a_signature_header_may_have_blanks_and_any_order(header: str) -> None:
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
def test_a_malformed_signature_is_invalid(header: str | None) -> None:
    assert not verify(SECRET, header, BODY, now=NOW)


def test_a_signature_is_invalid_for_another_secret_body_or_time() -> None:
    header = sign(SECRET, BODY, NOW)
    assert not verify(SECRET + "6", header, BODY, now=NOW)
    assert not verify(SECRET, header, BODY + b" ", now=NOW)
    assert not verify(SECRET, header.replace(f"t={NOW}", f"t={NOW + 1}"), BODY, now=NOW)


@given(st.text(), st.binary())
def test_no_header_is_an_error(header: str, body: bytes) -> None:
    assert not verify(SECRET, header, body, now=NOW)
