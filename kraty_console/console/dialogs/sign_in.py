"""First run: address, session token and game, in three steps, each checked before the next."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.getters import query_one
from textual.widget import Widget
from textual.widgets import Input, OptionList, Static

from kraty_console.console.dialogs.frame import Dialog
from kraty_console.console.dialogs.lines import LineInput
from kraty_console.console.dialogs.menu import Menu, MenuRow, row_of
from kraty_console.console.dialogs.parts import Lines
from kraty_console.console.dialogs.token import LONGEST, unlikely
from kraty_console.contract.errors import KratyError, Unavailable
from kraty_console.contract.secret import Secret
from kraty_console.present.errors import error_text
from kraty_console.present.safe import safe

if TYPE_CHECKING:
    from kraty_console.contract.session import Me

DEFAULT_URL: Final = "https://api.kraty.io"
"""The production host (contract/README.md#surfaces)."""

ENVIRONMENTS: Final = (
    ("live", "what players see; changes are real"),
    ("test", "players of test keys"),
)
"""(environment, what it is) (contract/README.md#environments)."""


@dataclass(frozen=True, slots=True)
class SignInChoice:
    """What a profile is made of."""

    url: str
    token: Secret
    studio_id: str
    game_id: str
    environment: str


class SignInStep(Enum):
    """Where the person is."""

    URL = "Where is Kraty?"
    TOKEN = "A session token: from the portal, under your account."  # noqa: S105 (the question, not a token)
    GAME = "Which game?"
    STUDIO_ID = "The studio's id, as in the portal's address. This Kraty does not tell it."
    GAME_ID = "The game's id, from there too."
    ENVIRONMENT = "Which environment?"


_LISTED: Final = (SignInStep.URL, SignInStep.TOKEN, SignInStep.GAME, SignInStep.ENVIRONMENT)
_TYPED: Final = (SignInStep.URL, SignInStep.TOKEN, SignInStep.STUDIO_ID, SignInStep.GAME_ID, SignInStep.ENVIRONMENT)
"""The steps on a backend that does not tell which games a session may enter."""

_LINES: Final = (SignInStep.URL, SignInStep.TOKEN, SignInStep.STUDIO_ID, SignInStep.GAME_ID)
"""The steps that are answered with a line; the others with a list."""


_KEY_WANTED: Final = "A server key (server_integration): from the portal, under the game's keys."


class SignInDialog(Dialog[SignInChoice | None]):
    """Returns the choices, None if the person leaves. It stores nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "back", "Back one step", show=False)]

    line = query_one("#answer", LineInput)
    menu = query_one("#menu", Menu)
    problem = query_one("#problem", Lines)

    def __init__(
        self,
        *,
        connect: Callable[[str, Secret], Awaitable[Me | None]],
        check_url: Callable[[str], str | None],
        url: str = DEFAULT_URL,
        uses_key: bool = False,
    ) -> None:
        """
        Args:
            connect: Asks the server at this address who the token belongs to; None where it does not tell.
            check_url: Why an address cannot be used, in words, None when it can.
            url: The initial address.
            uses_key: Whether to ask for a server key instead of a session token.
        """
        super().__init__("Sign in to Kraty", hints="enter next · esc back")
        self._connect = connect
        self._check_url = check_url
        self._url = url
        self._uses_key = uses_key
        self._token = Secret("")
        self._me: Me | None = None
        self._studio = ""
        self._game = ""
        self._is_connecting = False
        self.step = SignInStep.URL
        self._steps: tuple[SignInStep, ...] = _LISTED

    def compose_body(self) -> ComposeResult:
        """What was answered, the question, and a line or a list to answer it."""
        yield Lines(widget_id="answered")
        yield Lines(self._question(), widget_id="question")
        with Vertical(id="typing"), Horizontal(classes="row"):
            yield Static("[ ", classes="mark", markup=False)
            yield LineInput(self._url, widget_id="answer", longest=LONGEST)
            yield Static(" ]", classes="mark", markup=False)
        yield Menu(widget_id="menu")
        yield Lines(widget_id="problem", classes="problem")

    def on_mount(self) -> None:
        """A line first; lists come later."""
        self.menu.display = False

    def first_focus(self) -> Widget | None:
        """The address."""
        return self.line

    # Steps

    def _go(self, step: SignInStep) -> None:
        self.step = step
        typing = step in _LINES
        self.query_one("#question", Lines).say(self._question())
        self.query_one("#answered", Lines).say(self._answered())
        self.query_one("#typing", Vertical).display = typing
        self.menu.display = not typing
        self.problem.say("")
        if typing:
            self.line.password = step is SignInStep.TOKEN
            placeholders = {SignInStep.URL: DEFAULT_URL, SignInStep.TOKEN: "paste it; it is not shown"}
            self.line.placeholder = placeholders.get(step, "")
            answered = {SignInStep.URL: self._url, SignInStep.STUDIO_ID: self._studio, SignInStep.GAME_ID: self._game}
            self.line.prefill(answered.get(step, ""))
            self.set_focus(self.line)
        else:
            self.menu.show(self._games() if step is SignInStep.GAME else _environments())
            self.set_focus(self.menu)

    def _question(self) -> str:
        words = _KEY_WANTED if self._uses_key and self.step is SignInStep.TOKEN else self.step.value
        return f"{self._steps.index(self.step) + 1} of {len(self._steps)}   {words}"

    def _answered(self) -> str:
        lines = []
        if self.step is not SignInStep.URL:
            lines.append(f"address      {safe(self._url)}")
        if self._me is not None and self.step in (SignInStep.GAME, SignInStep.ENVIRONMENT):
            member = self._me.member
            lines.append(f"signed in    {safe(member.name or member.email or member.id)}")
        if self._me is None and self.step in (SignInStep.GAME_ID, SignInStep.ENVIRONMENT):
            lines.append(f"studio       {safe(self._studio)}")
        if self.step is SignInStep.ENVIRONMENT:
            lines.append(f"game         {self._game_words()}")
        return "\n".join([*lines, ""]) if lines else ""

    def _games(self) -> list[MenuRow]:
        studios = self._me.studios if self._me is not None else []
        rows: list[MenuRow] = []
        for studio in studios:
            for game in studio.games:
                name = f"{safe(studio.name or studio.id)} ▸ {safe(game.name or game.slug or game.id)}"
                rows.append(MenuRow(f"{len(rows)}", name, safe(game.role or "")))
        return rows

    def _game_words(self) -> str:
        studios = self._me.studios if self._me is not None else []
        chosen = [game for studio in studios for game in studio.games if game.id == self._game]
        return safe(chosen[0].name or chosen[0].slug or chosen[0].id) if chosen else safe(self._game)

    def action_back(self) -> None:
        """One step back; from the first one, out."""
        if self._is_connecting:
            return
        if self.step is SignInStep.URL:
            self.dismiss(None)
        else:
            self._go(self._steps[self._steps.index(self.step) - 1])

    # Answers

    @on(Input.Submitted, "#answer")
    def _typed(self, event: Input.Submitted) -> None:
        event.stop()
        value = event.value.strip()
        if self.step is SignInStep.URL:
            wrong = self._check_url(value) if value else "type the address"
            if wrong is not None:
                self.problem.say(safe(wrong))
            else:
                self._url = value
                self._go(SignInStep.TOKEN)
        elif self.step is SignInStep.TOKEN and not self._is_connecting:
            wrong = unlikely(value)
            if wrong is not None:
                self.problem.say(wrong)
                return
            self._token = Secret(value)
            self._is_connecting = True
            self.problem.say("asking the server…")
            self.in_background(self._ask, group="sign-in", description="ask who is signed in")
        elif self.step in (SignInStep.STUDIO_ID, SignInStep.GAME_ID):
            if not value:
                self.problem.say("type the id")
            elif self.step is SignInStep.STUDIO_ID:
                self._studio = value
                self._go(SignInStep.GAME_ID)
            else:
                self._game = value
                self._go(SignInStep.ENVIRONMENT)

    async def _ask(self) -> None:
        try:
            self._me = await self._connect(self._url, self._token)
        except KratyError as error:
            words = error_text(error)
            hint = "enter tries again" if isinstance(error, Unavailable) else words.hint  # u is a letter here
            self.problem.say("\n".join(line for line in (words.text, hint) if line))
            self.line.select_all()
            return
        finally:
            self._is_connecting = False
        if self._me is None:
            self._steps = _TYPED
            self._go(SignInStep.STUDIO_ID)
            return
        self._steps = _LISTED
        if not self._games():
            self.problem.say("This member has no game. Ask a studio's administrator for access.")
            return
        self._go(SignInStep.GAME)

    @on(Input.Changed, "#answer")
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        if not self._is_connecting:
            self.problem.say("")

    @on(LineInput.Rejected)
    def _rejected(self, event: LineInput.Rejected) -> None:
        event.stop()
        self.problem.say(event.words)

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if self.step is SignInStep.GAME and self._me is not None:
            pairs = [(studio, game) for studio in self._me.studios for game in studio.games]
            studio, game = pairs[int(row_of(event).id)]
            self._studio, self._game = studio.id, game.id
            if game.only_environment:
                self.dismiss(SignInChoice(self._url, self._token, studio.id, game.id, game.only_environment))
            else:
                self._go(SignInStep.ENVIRONMENT)
        elif self.step is SignInStep.ENVIRONMENT:
            self.dismiss(SignInChoice(self._url, self._token, self._studio, self._game, row_of(event).id))


def _environments() -> list[MenuRow]:
    return [MenuRow(name, f"{name.upper():<6} {words}") for name, words in ENVIRONMENTS]
