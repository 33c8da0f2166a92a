"""A profile file to start from (`kraty-console config example`); a test loads it with every comment taken away."""

from __future__ import annotations

from typing import Final

EXAMPLE: Final = """\
# Which profile is used when none is named (--profile NAME, or KRATY_PROFILE).
default = "live"

# For all profiles.
# theme = "light"   # dark, light, ansi (the terminal's own 16 colours), mono
# mouse = true
# plain_paint = true   # for a terminal that the quicker way of painting confuses
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
# credential = "cookie"
# For kraty-console server: --key-stdin, KRATY_SERVER_KEY, or one of these.
# server_key_command = "pass show kraty/server"
# server_key_file = "~/.config/kraty-console/keys/live"
amount_limit = 10000
# Where the portal shows an audit row, for the link that goes into a ticket; without it the link is the API's.
# audit_url = "https://portal.example/studios/{studioId}/audit/{auditId}"

[profiles.test]
url = "https://api.kraty.io"
studio = "the studio's id"
game = "the game's id"
environment = "test"
read_only = true
"""
