"""Commands that run servers: the application, and the sandbox alone."""

import argparse
import os
import socket
import sys
from typing import Any

from dashboard import runtime
from dashboard.commands.demonstration import make_demonstration
from dashboard.config import PROJECT_DIR, Settings
from dashboard.delivery.sandbox.main import SandboxConfig
from dashboard.delivery.sandbox.main import run_sandbox as serve_sandbox
from dashboard.errors import Unavailable


def run(arguments: argparse.Namespace) -> None:
    """`run`: make the demonstration where the data folder is empty, then become the application's server."""
    settings = Settings()
    _require_free(settings.port)
    if settings.uses_sandbox:
        _require_free(settings.sandbox_port)
    if settings.database_path.exists():
        runtime.stop(runtime.open_registry(settings))  # says in one sentence where another process holds it
    elif settings.uses_sandbox:
        _say_accounts(make_demonstration(settings))
    print(f"Upbhokta Setu: http://{_shown(settings.address)}:{settings.port}   (Ctrl-C ends it)", flush=True)
    if settings.uses_sandbox:
        print(f"Sandbox, where you play the consumer: http://127.0.0.1:{settings.sandbox_port}", flush=True)
        print(f"Its behaviour, for training: http://127.0.0.1:{settings.sandbox_port}/knobs", flush=True)
    os.chdir(PROJECT_DIR)
    words = [
        "streamlit",
        "run",
        "app.py",
        "--server.port",
        str(settings.port),
        "--server.address",
        settings.address,
    ]
    os.execv(sys.executable, [sys.executable, "-m", *words])


def run_sandbox_alone(arguments: argparse.Namespace) -> None:
    """`sandbox --port P`: the stand-in alone, with the account of the settings.

    Token, secret and identifiers are those of SETU_WHATSAPP_TOKEN, SETU_APP_SECRET, SETU_PHONE_NUMBER_ID and SETU_WABA_ID, so
    that an application with SETU_GRAPH_URL=http://127.0.0.1:P and the same settings talks to it.
    """
    settings = Settings()
    config = SandboxConfig(
        port=arguments.port,
        webhook_url=settings.webhook_url,
        app_secret=settings.app_secret or "sandbox-secret",
        token=settings.whatsapp_token or "sandbox-token",
        phone_number_id=settings.phone_number_id or "100000000000001",
        waba_id=settings.waba_id or "200000000000001",
    )
    print(
        f"Sandbox: http://127.0.0.1:{arguments.port}   webhooks go to {settings.webhook_url}",
        file=sys.stderr,
        flush=True,
    )
    serve_sandbox(config)


def _require_free(port: int) -> None:
    """Raise Unavailable("port_busy") where something listens already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise Unavailable("port_busy", port=port) from error


def _shown(address: str) -> str:
    return "127.0.0.1" if address in ("", "0.0.0.0") else address


def _say_accounts(accounts: list[dict[str, Any]]) -> None:
    """Print the demonstration's accounts: this once, the passwords are kept nowhere."""
    print("\nAccounts of the demonstration; write them down, they are shown this once:\n")
    for account in accounts:
        print("  {username:<12} {password:<16} {role:<14} {office}".format(**account))
    print(flush=True)
