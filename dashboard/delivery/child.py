"""What our child processes share: they end with their parent, whatever happens to it."""

import asyncio
import ctypes
import fcntl
import os
import select
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

_PR_SET_PDEATHSIG = 1
_PROJECT_DIR = Path(__file__).resolve().parents[2]
_LINE_LIMIT = 64 * 1024 * 1024
_GRACE_SECONDS = 5.0
_LOW_PRIORITY = 5
_PIPE_BYTES = 1024 * 1024


def die_with_parent() -> None:
    """Have the kernel kill this process when the thread that started it ends, also by `kill -9`. Linux
    only."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def give_way() -> None:
    """Let the pages go first where the cores are short: a message may wait some milliseconds, a person should not."""
    os.nice(_LOW_PRIORITY)
    if sys.platform == "linux":
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))  # waking up, it interrupts nobody at work


async def open_stdin() -> asyncio.StreamReader:
    """Return this process's standard input as a stream."""
    reader = asyncio.StreamReader(limit=_LINE_LIMIT)
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    return reader


def start_child(module: str, first_line: bytes) -> subprocess.Popen[bytes]:
    """Start `python -m module` and hand it its first line: secrets go by the pipe, never by arguments or
    environment.

    The thread that calls this must live as long as the child should. A Ctrl-C at the terminal reaches the parent
    alone, which then ends its children in order.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SETU_")}
    child = subprocess.Popen(
        [sys.executable, "-m", module],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=_PROJECT_DIR,
        env=environment,
        process_group=0,
    )
    _widen(pipe_of(child))
    with suppress(BrokenPipeError):  # killed at birth: the end of its standard output tells
        pipe_of(child).write(first_line + b"\n")
        pipe_of(child).flush()
    return child


def hand_over(child: "subprocess.Popen[bytes]", line: bytes, seconds: float) -> None:
    """Write a line to a child; kill one that for so many seconds reads nothing of it. Raises BrokenPipeError where it is gone."""
    pipe = pipe_of(child).fileno()
    os.set_blocking(pipe, False)
    room = select.poll()
    room.register(pipe, select.POLLOUT)
    rest = memoryview(line)
    while rest:
        if not room.poll(seconds * 1000):
            child.kill()
            return
        rest = rest[os.write(pipe, rest) :]


def _widen(pipe: BinaryIO) -> None:
    """Have all that may wait for a sender fit in: one that stands still must not hold up who writes to it. Linux only.

    The system may refuse, as it gives a user's pipes so much in all.
    """
    if sys.platform == "linux":
        with suppress(OSError):
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)


def pipe_of(child: subprocess.Popen[bytes]) -> BinaryIO:
    """Return the pipe into a child started here."""
    assert child.stdin is not None
    return child.stdin  # type: ignore[return-value]


def end_child(child: subprocess.Popen[bytes]) -> None:
    """Close the child's standard input, which ends it, and wait; kill it where it does not go."""
    try:
        pipe_of(child).close()
    except OSError:  # it is gone already, with our last words unread
        child.kill()
    try:
        child.wait(_GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
    if child.stdout:
        child.stdout.close()
