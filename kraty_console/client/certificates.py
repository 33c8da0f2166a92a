"""The TLS context, shared by all connections because loading the authorities is slow."""

from __future__ import annotations

import os
import ssl
import threading
from functools import cache

from kraty_console.client.connection import ConnectionSettings
from kraty_console.contract.errors import Invalid

_building = threading.Lock()


def secure_context(connection: ConnectionSettings | None = None) -> ssl.SSLContext:
    """The TLS context, with the authorities in SSL_CERT_FILE or SSL_CERT_DIR, or else certifi's.

    Built by the first caller, in its thread; concurrent callers wait. It presents the client certificate of
    `connection`, if there is one.

    Raises:
        OSError: the files in SSL_CERT_FILE or SSL_CERT_DIR cannot be read; includes ssl.SSLError.
        Invalid: the client certificate or its key cannot be used.
    """
    own = connection if connection is not None and connection.certificate is not None else None
    with _building:
        return _context(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"), own)


@cache
def _context(file: str | None, folder: str | None, own: ConnectionSettings | None) -> ssl.SSLContext:
    if file:
        context = ssl.create_default_context(cafile=file)
    elif folder:
        context = ssl.create_default_context(capath=folder)
    else:
        # Not needed for plain http to this machine, nor where the variables name the authorities.
        import certifi

        context = ssl.create_default_context(cafile=certifi.where())
    if own is not None:
        _show(context, own)
    return context


def _show(context: ssl.SSLContext, own: ConnectionSettings) -> None:
    """Add a client certificate to the context; a missing passphrase is an error, not a prompt."""
    assert own.certificate is not None
    passphrase = own.passphrase.reveal() if own.passphrase is not None else ""
    try:
        context.load_cert_chain(own.certificate, own.key, password=lambda: passphrase)
    except (OSError, ValueError) as error:  # an ssl.SSLError is an OSError
        why = "wrong passphrase, or not PEM" if not getattr(error, "strerror", None) else error
        where = own.certificate if own.key is None else f"{own.certificate} with {own.key}"
        raise Invalid(f"The client certificate {where} cannot be used ({why}).") from error
