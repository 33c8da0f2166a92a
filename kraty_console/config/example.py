"""The example profile file (`kraty-console config example`); a test loads it with every setting uncommented."""

from __future__ import annotations

import textwrap
from typing import Final

from kraty_console.contract.operations import ADMIN_OPERATIONS, PUBLISHED

_TEMPLATE: Final = """\
# Which profile is used when none is named (--profile NAME, or KRATY_PROFILE). `kraty-console config show` prints what
# is in effect, and where it comes from.
default = "live"

# For all profiles.
# theme = "light"   # dark, light, ansi (the terminal's own 16 colours), mono
# mouse = true
# plain_paint = true   # for a terminal with drawing problems
# Who you are (or KRATY_PERSON): recorded with a change where the backend sees only a key.
# person = "ada@studio.example"
# [keymap]
# "view.refresh" = "f5"

[profiles.live]
url = "https://api.kraty.io"
studio = "the studio's id"
game = "the game's id"
environment = "live"
# The token comes from the first of these that has one: --token-stdin, KRATY_TOKEN, token_command, the keyring,
# token_file (mode 0600).
# token_command = "pass show kraty/live"
# token_file = "~/.config/kraty-console/tokens/live"
# keyring = false
# How the session is sent: bearer, or as a cookie of this name.
# credential = "cookie"
# cookie_name = "kraty_session"
# For kraty-console server: --key-stdin, KRATY_SERVER_KEY, or one of these.
# server_key_command = "pass show kraty/server"
# server_key_file = "~/.config/kraty-console/keys/live"
amount_limit = 10000
# Where the portal shows an audit row, for the link that goes into a ticket; without it the link is the API's.
# audit_url = "https://portal.example/studios/{studioId}/audit/{auditId}"
# The portal for people, named where this backend cannot do something.
# portal_url = "https://portal.example/studios/{studioId}/games/{gameId}/players/{externalPlayerId}"
# A client certificate (PEM), for a gateway that asks for one; its file may hold the key, too. Files with keys have
# mode 0600.
# client_certificate = "~/.config/kraty-console/gateway.pem"
# client_key = "~/.config/kraty-console/gateway.key"
# client_key_passphrase_command = "pass show gateway-key"

# Headers that an access gateway asks for. They are secrets: say where each comes from, a variable or a command.
# [profiles.live.headers]
# "CF-Access-Client-Id" = { env = "CF_ID" }
# "CF-Access-Client-Secret" = { command = "pass show cloudflare/kraty" }

OPERATIONS
# [profiles.live.routes]
# force_complete = "POST /admin/v1/studios/{studioId}/games/{gameId}/attempts/{attemptId}/complete"
# force_claim = "POST /admin/v1/studios/{studioId}/games/{gameId}/claims"
# retry_roll = false
# The fields of bodies, where this backend calls them otherwise; false leaves one out. The second is for one operation.
# fields.externalPlayerId = "playerId"
# fields.force_claim.reason = "note"
# fields.ticket = false

# Names of events, where this backend sends their ids alone.
# [profiles.live.events]
# "0f6c2d1e-5a3b-4c7d-9e8f-1a2b3c4d5e6f" = "Summer race"

[profiles.test]
url = "https://api.kraty.io"
studio = "the studio's id"
game = "the game's id"
environment = "test"
read_only = true

# With a server_integration key and no session: players are looked up by their exact id through /server/v1, and nothing
# is changed unless server_actions is true. The audit trail then names the key, and you by `person` in the reason.
[profiles.support-key]
url = "https://api.kraty.io"
credential = "server_key"
# The key comes from --token-stdin, KRATY_SERVER_KEY, or one of these.
# server_key_command = "pass show kraty/support-key"
# server_key_file = "~/.config/kraty-console/keys/support"
# server_actions = true
# person = "ada@studio.example"
"""


def _operations() -> str:
    """The comment that names every operation."""
    reads = [operation for operation, spec in ADMIN_OPERATIONS.items() if spec.method == "GET"]
    others = [operation for operation in ADMIN_OPERATIONS if operation not in reads]
    words = (
        f"Kraty publishes the routes of {', '.join(PUBLISHED)}; the others are where this console expects them, or "
        "elsewhere, or nowhere on your backend. Name an operation with its method and path, or false where there is "
        f"none. Operations: {', '.join(reads)} (these are GET), {', '.join(others)}. In braces: studioId, gameId, and "
        "the id of what it is about: externalPlayerId, attemptId, grantId, economyKey, auditId, deliveryId; an id that "
        "the path of a change does not name is sent in the body."
    )
    return textwrap.fill(words, 120, initial_indent="# ", subsequent_indent="# ", break_on_hyphens=False)


EXAMPLE: Final = _TEMPLATE.replace("OPERATIONS", _operations())
"""The example profile file."""
