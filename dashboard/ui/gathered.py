"""A page's messages are handed over together, not each by itself.

Streamlit's script thread wakes the server's loop at every element, and the two then hand Python's lock to and fro: some 260
times for a page of forty elements, half of what a click costs. Here the loop is woken once for what came within a moment;
the end of a run, and all that is not an element, is handed over at once with everything before it. And the socket is written
to once for all of them: each write of its own calls the system and wakes the reader.
"""

import asyncio
import threading
from functools import partial, wraps
from typing import Any

from streamlit import runtime
from streamlit.runtime import app_session
from streamlit.runtime.scriptrunner import ScriptRunnerEvent
from streamlit.runtime.session_manager import SessionClientDisconnectedError
from uvicorn.protocols.websockets import websockets_sansio_impl

MOMENT_SECONDS = 0.1  # longer than most pages take: they are handed over once, when they are done
MOST_AT_ONCE = 150
_CAN_WAIT = (ScriptRunnerEvent.SCRIPT_STARTED, ScriptRunnerEvent.ENQUEUE_FORWARD_MSG)
_lock = threading.Lock()


def gather_messages() -> None:
    """Let Streamlit's sessions pass their script's events on in lots, in their order."""
    session = app_session.AppSession
    if hasattr(session._on_scriptrunner_event, "__wrapped__"):
        return

    @wraps(session._on_scriptrunner_event)
    def pass_on(self: Any, sender: Any, event: ScriptRunnerEvent, *args: Any, **values: Any) -> None:
        is_first = _keep(self, (sender, event, args, values))
        if event not in _CAN_WAIT:
            self._call_soon_on_event_loop(partial(_hand_over, self))
        elif is_first:
            later = partial(self._event_loop.call_later, MOMENT_SECONDS, _hand_over, self)
            self._call_soon_on_event_loop(later)

    setattr(session, "_on_scriptrunner_event", pass_on)  # noqa: B010 - a vendor function, replaced


def gather_writes() -> None:
    """Let what is sent through a WebSocket within one turn of the loop be written to its socket at once."""
    protocol = websockets_sansio_impl.WebSocketsSansIOProtocol
    if hasattr(protocol.connection_made, "__wrapped__"):
        return
    connect = protocol.connection_made

    @wraps(connect)
    def connect_gathered(self: Any, transport: Any) -> None:
        connect(self, transport)
        self.transport = GatheredWrites(transport, self.loop)

    setattr(protocol, "connection_made", connect_gathered)  # noqa: B010 - a vendor function, replaced


class GatheredWrites:
    """A transport whose writes are kept until the loop has done what it is at; whatever else is asked of it comes after them."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport, self._loop = transport, loop
        self._waiting: list[bytes] = []

    def write(self, data: bytes) -> None:
        if not self._waiting:
            self._loop.call_soon(self._write_all)
        self._waiting.append(data)

    def _write_all(self) -> None:
        waiting, self._waiting = self._waiting, []
        if waiting:
            self._transport.write(b"".join(waiting))

    def __getattr__(self, name: str) -> Any:
        self._write_all()
        return getattr(self._transport, name)


def _keep(session: Any, told: tuple[Any, ...]) -> bool:
    """Keep an event of a session; return whether nobody is on the way to hand it over."""
    with _lock:
        kept = session.__dict__.setdefault("_kept_events", [])
        kept.append(told)
        return len(kept) == 1


def _hand_over(session: Any) -> None:
    """On the loop: let each kept event be handled, in order, and send what they brought."""
    with _lock:
        kept, session.__dict__["_kept_events"] = session.__dict__.get("_kept_events", []), []
    if not kept:
        return
    wake, session._message_enqueued_callback = session._message_enqueued_callback, None
    for told in kept:
        try:
            _handle(session, *told)
        except Exception as error:  # noqa: BLE001 - as the loop does with any of its callbacks
            context = {"message": "an event of a page failed", "exception": error}
            session._event_loop.call_exception_handler(context)
    session._message_enqueued_callback = wake
    if not _send(session) and wake:
        wake()


def _handle(
    session: Any, sender: Any, event: ScriptRunnerEvent, args: tuple[Any, ...], values: dict[str, Any]
) -> None:
    """Let Streamlit handle an event; an element of the run that goes on needs no more than its place in the queue."""
    message = args[0] if args else values.get("forward_msg")
    is_element = event is ScriptRunnerEvent.ENQUEUE_FORWARD_MSG and message is not None
    if is_element and sender is session._scriptrunner:
        session._enqueue_forward_msg(message)
    else:
        session._handle_scriptrunner_event_on_event_loop(sender, event, *args, **values)


def _send(session: Any) -> bool:
    """Send a session's messages in one go; more than a page has are left to Streamlit's own loop, which waits between them."""
    server = runtime.get_instance()
    connected = server._session_mgr.get_active_session_info(session.id)
    if connected is None or len(session._browser_queue._queue) > MOST_AT_ONCE:
        return False
    try:
        for message in session.flush_browser_queue():
            server._send_message(connected, message)
    except SessionClientDisconnectedError:
        server.disconnect_session(session.id, client=connected.client)
    session.on_flushed_messages_sent()
    return True
