"""`serve`: the dashboard on this machine, and on no other address."""

from __future__ import annotations

import ipaddress
import os
import socket
import sys
from pathlib import Path
from typing import Annotated

import typer

from vaeviz.cli.options import JsonFlag
from vaeviz.cli.session import Session
from vaeviz.errors import ConfigError

ROOT = Path(__file__).resolve().parents[2]


def serve(
    context: typer.Context,
    port: Annotated[int, typer.Option(min=1, max=65_535, help="Port to listen on.")] = 8501,
    address: Annotated[str, typer.Option(help="Loopback address to listen on.")] = "127.0.0.1",
    as_json: JsonFlag = False,
) -> None:
    """Start the dashboard; it can be reached from this machine only."""
    session = Session.of(context)
    if session.job is not None:
        raise ConfigError("The dashboard is no job.", "Start it without --job.")
    address = check_loopback(address)
    app = ROOT / "app.py"
    if not app.is_file():
        raise ConfigError(
            "The dashboard's app.py is not beside the package.", "Run it in a clone of the project."
        )
    check_port(address, port)
    host = f"[{address}]" if ":" in address else address
    url = f"http://{host}:{port}"
    session.finish({"url": url}, as_json, (), [f"VAEviz is at {url} (stop it with Ctrl-C)."])
    sys.stdout.flush()
    # The settings in .streamlit are read from the current folder.
    os.chdir(ROOT)
    os.execv(sys.executable, [sys.executable, *streamlit_arguments(app, address, port)])


def streamlit_arguments(app: Path, address: str, port: int) -> list[str]:
    """Arguments of the server; what privacy rests on is said here, whatever a user's file says."""
    options = {
        "server.address": address,
        "server.port": str(port),
        "server.headless": "true",
        "browser.gatherUsageStats": "false",
    }
    flags = [part for name, value in options.items() for part in (f"--{name}", value)]
    return ["-m", "streamlit", "run", str(app), *flags]


def check_loopback(address: str) -> str:
    """The address to bind.

    Raises
    ------
    ConfigError
        Other machines could reach it, or it is a name other than localhost.
    """
    if address == "localhost":
        return "127.0.0.1"
    try:
        if ipaddress.ip_address(address).is_loopback:
            return address
    except ValueError:
        pass
    raise ConfigError(
        f"VAEviz does not listen on {address[:60]!r}: other people could read the genotypes, "
        "and there are no accounts yet.",
        "Use 127.0.0.1, and an SSH tunnel (ssh -L 8501:127.0.0.1:8501 HOST) from elsewhere.",
    )


def check_port(address: str, port: int) -> None:
    """Raise `ConfigError` when the port is taken or not allowed."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            raise ConfigError(
                f"Port {port} cannot be used: {error.strerror}.",
                f"Stop what listens there (perhaps VAEviz already), or use --port {port + 1}.",
            ) from None
