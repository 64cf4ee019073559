"""A proxy that lets nothing through and writes down who knocked.

The browser asks it for whatever is not on this machine: also for what no page is told of, such
as the icon of a tab.
"""

from __future__ import annotations

import socketserver
import threading


class Wall(socketserver.ThreadingTCPServer):
    """Proxy on a free port of 127.0.0.1; `asked` holds the first line of every request."""

    daemon_threads = True

    def __init__(self) -> None:
        self.asked: list[str] = []
        super().__init__(("127.0.0.1", 0), _Refusal)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """Address of the proxy."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def close(self) -> None:
        """Stop listening."""
        self.shutdown()
        self.server_close()


class _Refusal(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        assert isinstance(self.server, Wall)
        asked = self.rfile.readline(2000).decode("latin-1").strip()
        if asked:  # Else a connection opened ahead of need, that was never used.
            self.server.asked.append(asked)
        self.wfile.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
