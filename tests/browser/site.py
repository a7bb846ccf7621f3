"""The application behind a real socket, and the clock that it goes by."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from datetime import datetime, timedelta
from typing import Any, Self

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from core import clock


class QuietHandler(WSGIRequestHandler):
    """Says nothing of requests that went well."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing."""


class Site:
    """Serves `app` from a thread of this process while the context is open."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self._open = ExitStack()
        self._server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=QuietHandler)
        self.base = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        self._open.callback(thread.join)
        self._open.callback(self._server.shutdown)
        return self

    def __exit__(self, *error: Any) -> None:
        self._open.close()
        self._server.server_close()

    def move_to(self, moment: datetime) -> None:
        """Stop the clock at this moment, for the server as for the test."""
        self._open.enter_context(clock.frozen(moment))

    def later(self, **time: int) -> None:
        """Let some time pass, e.g. minutes=20."""
        self.move_to(clock.now() + timedelta(**time))
