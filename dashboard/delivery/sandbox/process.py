"""The sandbox as the application's child: started again when it dies, ended with the application."""

import json
import logging
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import asdict

from dashboard.delivery.child import end_child, start_child
from dashboard.delivery.sandbox.main import PORT_BUSY, READY, SandboxConfig
from dashboard.errors import Unavailable

_log = logging.getLogger(__name__)
_LOOK_SECONDS = 0.25
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.25, 30.0
_STEADY_SECONDS = 60.0  # a child that lived so long has not died of its start


class SandboxProcess:
    """`start` returns once the child answers; `on_restart` is called whenever a child that died has been replaced.

    A new child has forgotten templates, chats and knobs.
    """

    def __init__(self, config: SandboxConfig, on_restart: Callable[[], None] | None = None) -> None:
        self._config, self._on_restart = config, on_restart
        self._child: subprocess.Popen[bytes] | None = None
        self._ready, self._ended = threading.Event(), threading.Event()
        self._word = b""
        self.restart_count = 0
        # The kernel ties a child's life to the thread that started it: one thread stays for as long.
        self._keeper = threading.Thread(target=self._keep, name="sandbox-keeper", daemon=True)

    def start(self) -> None:
        """Start the child. Raises Unavailable("port_busy", port=…) or ("sandbox_down")."""
        self._keeper.start()
        self._ready.wait()
        if self._word != READY:
            self.stop()
            code = "port_busy" if self._word == PORT_BUSY else "sandbox_down"
            raise Unavailable(code, port=self._config.port)

    def stop(self) -> None:
        """End the child at once and wait until it is gone."""
        self._ended.set()
        if self._keeper.is_alive():
            self._keeper.join()

    @property
    def is_alive(self) -> bool:
        return self._child is not None and self._child.poll() is None

    @property
    def process_id(self) -> int | None:
        return self._child.pid if self._child else None

    def _keep(self) -> None:
        pause = _FIRST_PAUSE_SECONDS
        while True:
            began = time.monotonic()
            child = self._start()
            while not self._ended.wait(_LOOK_SECONDS) and child.poll() is None:
                pass
            end_child(child)
            if self._ended.is_set():
                return
            self.restart_count += 1
            _log.error("the sandbox ended by itself and is started again")
            is_steady = time.monotonic() - began > _STEADY_SECONDS
            pause = _FIRST_PAUSE_SECONDS if is_steady else min(pause * 2, _LONGEST_PAUSE_SECONDS)
            self._ended.wait(pause)

    def _start(self) -> "subprocess.Popen[bytes]":
        """Start a child and wait for its first word."""
        first_line = json.dumps(asdict(self._config)).encode()
        child = self._child = start_child("dashboard.delivery.sandbox", first_line)
        assert child.stdout is not None
        word = child.stdout.readline().strip()
        if not self._ready.is_set():
            self._word = word
            self._ready.set()
        elif word == READY and self._on_restart:
            self._on_restart()
        return child
