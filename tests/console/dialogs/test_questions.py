"""The small questions: ticket, filter, token, and the first sign-in."""

from __future__ import annotations

import asyncio

import pytest

from kraty_console.console.dialogs.filter import FilterDialog
from kraty_console.console.dialogs.sign_in import SignInChoice, SignInDialog, SignInStep
from kraty_console.console.dialogs.ticket import TicketDialog
from kraty_console.console.dialogs.token import TokenDialog, unlikely
from kraty_console.console.first_run import why_not
from kraty_console.contract.errors import SignInNeeded
from kraty_console.contract.secret import Secret
from kraty_console.contract.session import GameAccess, Me, Member, StudioAccess
from tests.harness.console import dialog_forms
from tests.harness.console.dialog_host import Host, opened, running, typed, until
from tests.harness.console.idle import wait_until_idle

ME = Me(
    member=Member(id="m1", name="Maria"),
    studios=[
        StudioAccess(
            id="s1",
            name="Studio One",
            games=[
                GameAccess(id="g1", name="Rabbit Rush", role="GAME_ADMIN"),
                GameAccess(id="g2", slug="fox-fight", role="GAME_VIEWER"),
            ],
        )
    ],
)


def text_of(app: Host) -> str:
    return "\n".join(dialog_forms.screen_lines(app))


async def test_a_ticket_is_set_cleared_or_left_alone() -> None:
    async with running(Host(lambda: TicketDialog("ZD-1"))) as pilot:
        dialog = await opened(pilot)
        await typed(pilot, "2")
        await pilot.press("enter")
        await until(pilot, lambda: len(pilot.app.answers) == 1)
        dialog = await opened(pilot)
        dialog.line.clear()
        await pilot.press("enter")
        await until(pilot, lambda: len(pilot.app.answers) == 2)
        await opened(pilot)
        await pilot.press("escape")
        await until(pilot, lambda: len(pilot.app.answers) == 3)
    assert pilot.app.answers == ["ZD-12", "", None]


async def test_a_ticket_that_is_too_long_is_refused_beside_the_line() -> None:
    async with running(Host(TicketDialog)) as pilot:
        dialog = await opened(pilot)
        pilot.app.post_message(dialog_forms.paste("x" * 201))
        await until(pilot, lambda: "at most 200 characters" in text_of(pilot.app))
        assert dialog.line.value == ""


async def test_a_filter_works_while_it_is_typed_and_escape_takes_it_back() -> None:
    seen: list[str] = []

    def preview(text: str) -> int:
        seen.append(text)
        return 0 if text == "zz" else 3

    async with running(Host(lambda: FilterDialog("Grants", "go", preview=preview))) as pilot:
        dialog = await opened(pilot)
        await typed(pilot, "l")
        assert "3 left" in text_of(pilot.app)
        dialog.line.clear()
        await typed(pilot, "zz")
        assert "no row holds that" in text_of(pilot.app)
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.answers)
    assert seen[-1] == "go"
    assert pilot.app.answers == [None]


async def test_a_token_is_tried_first_and_never_shown() -> None:
    tried: list[str] = []
    verdict: asyncio.Queue[str | None] = asyncio.Queue()

    async def check(token: Secret) -> str | None:
        tried.append(token.reveal())
        return await verdict.get()

    def make() -> TokenDialog:
        return TokenDialog(who="maria", profile="rabbit-rush · live", why="The session is over.", check=check)

    async with running(Host(make)) as pilot:
        await opened(pilot)
        await pilot.press("enter")
        assert "paste the token here" in text_of(pilot.app)
        pilot.app.post_message(dialog_forms.paste("kst_secret\n"))
        await until(pilot, lambda: "••••" in text_of(pilot.app))
        assert "kst_" not in text_of(pilot.app)
        assert "rabbit-rush · live" in text_of(pilot.app)
        await pilot.press("enter", "enter")
        await until(pilot, lambda: tried)
        verdict.put_nowait("This token is over too.")
        await until(pilot, lambda: "This token is over too." in text_of(pilot.app))
        await pilot.press("enter")
        verdict.put_nowait(None)
        await until(pilot, lambda: pilot.app.answers)
    assert tried == ["kst_secret", "kst_secret"]
    assert pilot.app.answers == [Secret("kst_secret")]


def test_a_malformed_token_is_not_sent() -> None:
    assert unlikely("kst_abc") is None
    for wrong in ("", "two words", "ünicode", "tab\there"):
        assert unlikely(wrong)


async def test_the_first_sign_in_leads_from_the_address_to_the_environment() -> None:
    asked: list[tuple[str, str]] = []

    async def connect(url: str, token: Secret) -> Me:
        asked.append((url, token.reveal()))
        if token.reveal() == "kst_old":
            raise SignInNeeded("over", code="session_invalid", status=401)
        return ME

    def check_url(url: str) -> str | None:
        return None if url.startswith("https://") else "http is for this machine only"

    async with running(Host(lambda: SignInDialog(connect=connect, check_url=check_url))) as pilot:
        dialog = await opened(pilot)
        dialog.line.value = "http://elsewhere"
        await pilot.press("enter")
        assert "http is for this machine only" in text_of(pilot.app)
        dialog.line.value = "https://api.kraty.test"
        await pilot.press("enter")
        assert dialog.step is SignInStep.TOKEN
        await typed(pilot, "kst_old")
        await pilot.press("enter")
        await until(pilot, lambda: "Enter a new token to continue." in text_of(pilot.app))
        await pilot.press(*"kst_new")  # in the place of the one that is over
        assert "kst_" not in text_of(pilot.app)
        await pilot.press("enter")
        await until(pilot, lambda: dialog.step is SignInStep.GAME)
        await wait_until_idle(pilot.app)
        assert "Studio One ▸ Rabbit Rush" in text_of(pilot.app)
        assert "Maria" in text_of(pilot.app)
        await pilot.press("down", "enter")
        assert dialog.step is SignInStep.ENVIRONMENT
        await pilot.press("escape")
        assert dialog.step is SignInStep.GAME
        await pilot.press("down", "enter", "down", "enter")
        await until(pilot, lambda: pilot.app.answers)
    assert asked == [("https://api.kraty.test", "kst_old"), ("https://api.kraty.test", "kst_new")]
    assert pilot.app.answers == [SignInChoice("https://api.kraty.test", Secret("kst_new"), "s1", "g2", "test")]


@pytest.mark.parametrize("prefilled", ["https://api.kraty.io", "http://127.0.0.1:1"])
async def test_a_typed_address_is_validated_before_any_request(
    prefilled: str,
) -> None:
    asked: list[str] = []

    async def connect(url: str, token: Secret) -> Me:
        asked.append(url)
        return ME

    def make() -> SignInDialog:
        return SignInDialog(connect=connect, check_url=why_not, url=prefilled)

    async with running(Host(make)) as pilot:
        dialog = await opened(pilot)
        await pilot.press("end", *"http://127.0.0.1:8080", "enter")
        assert dialog.step is SignInStep.URL
        assert "looks like two" in text_of(pilot.app)
        dialog.line.prefill(prefilled)
        await pilot.press(*"http://127.0.0.1:8080", "enter")
        assert dialog.step is SignInStep.TOKEN
        await pilot.press(*"kst_new", "enter")
        await until(pilot, lambda: dialog.step is SignInStep.GAME)
    assert asked == ["http://127.0.0.1:8080"]


async def test_a_member_without_a_game_gets_a_message() -> None:
    async def connect(url: str, token: Secret) -> Me:
        return Me(member=Member(id="m1"))

    async with running(Host(lambda: SignInDialog(connect=connect, check_url=lambda _: None))) as pilot:
        dialog = await opened(pilot)
        await pilot.press("enter")
        await typed(pilot, "kst_new")
        await pilot.press("enter")
        await until(pilot, lambda: "has no game" in text_of(pilot.app))
        assert dialog.step is SignInStep.TOKEN
        await pilot.press("escape", "escape")
        await until(pilot, lambda: pilot.app.answers)
    assert pilot.app.answers == [None]
