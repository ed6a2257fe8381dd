"""The application served over TLS, with the settings that a deployment has there."""

from __future__ import annotations

import os
import runpy
import socket
import ssl
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.core.servers.basehttp import ThreadedWSGIServer
from django.test.testcases import LiveServerThread

SETTINGS = Path(__file__).parents[2] / "clinic" / "settings.py"


def settings_over_tls() -> dict[str, Any]:
    """Each setting that differs over HTTPS, as the settings themselves say it: no second list."""
    plain, tls = _settings("0"), _settings("1")
    return {name: value for name, value in tls.items() if plain.get(name) != value}


def _settings(https: str) -> dict[str, Any]:
    with patch.dict(os.environ, CLINIC_HTTPS=https):
        found = runpy.run_path(str(SETTINGS))
    return {name: value for name, value in found.items() if name.isupper() and name[0] != "_"}


def certificate(folder: Path) -> Path:
    """A throw-away certificate for `localhost`, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    target = folder / "localhost.pem"
    target.write_bytes(secret + made.public_bytes(pem))
    return target


class Server(ThreadedWSGIServer):
    """One that starts again at the same address, and knows who is connected."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.opened: list[Any] = []
        super().__init__(*args, **kwargs)

    def server_bind(self) -> None:
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        super().server_bind()

    def process_request(self, request: Any, client_address: Any) -> None:
        self.opened.append(request)
        super().process_request(request, client_address)


class TLSServerThread(LiveServerThread):
    """A live server that speaks TLS only."""

    server_class = Server

    def __init__(self, host: str, handler: Any, certificate: Path) -> None:
        super().__init__(host, handler)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate)

    def _create_server(self, connections_override: Any = None) -> ThreadedWSGIServer:
        parent: Any = super()
        server: ThreadedWSGIServer = parent._create_server(connections_override)
        # The hands are shaken in the thread of the connection, not in the one that accepts all.
        server.socket = self.context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
        server.base_environ["HTTPS"] = "on"
        return server

    def switch_off(self) -> None:
        """As a machine that loses its power: no connection stays open."""
        self.terminate()
        self.join()
        server: Any = self.httpd
        for connection in server.opened:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
