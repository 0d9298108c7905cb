"""A page's messages go to the server's loop in lots: all of them, in order, and none waits for the end of a slow page."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.scriptrunner import ScriptRunnerEvent
from streamlit.runtime.session_manager import SessionClientDisconnectedError

from dashboard.ui import gathered

ELEMENT, END = ScriptRunnerEvent.ENQUEUE_FORWARD_MSG, ScriptRunnerEvent.SCRIPT_STOPPED_WITH_SUCCESS


class Session:
    """The parts of Streamlit's session that are used: events become messages, messages wait to be flushed."""

    id = "one"
    _scriptrunner = "this run"

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._event_loop = loop
        self._browser_queue = SimpleNamespace(_queue=[])
        self._message_enqueued_callback = lambda: self.woken.append(len(self._browser_queue._queue))
        self.woken: list[int] = []
        self.wakes = 0

    def _call_soon_on_event_loop(self, callback: Any) -> None:
        self.wakes += 1
        self._event_loop.call_soon_threadsafe(callback)

    def _handle_scriptrunner_event_on_event_loop(
        self, sender: Any, event: Any, forward_msg: Any = None
    ) -> None:
        if sender is self._scriptrunner:  # as Streamlit's own: what an earlier run still tells is passed over
            self._enqueue_forward_msg(forward_msg or event.name)

    def _enqueue_forward_msg(self, message: Any) -> None:
        if message == "broken":
            raise ValueError(message)
        self._browser_queue._queue.append(message)

    def flush_browser_queue(self) -> list[Any]:
        waiting, self._browser_queue._queue = self._browser_queue._queue, []
        return waiting

    def on_flushed_messages_sent(self) -> None:
        pass


class Server:
    def __init__(self, session: Session) -> None:
        self.sent: list[Any] = []
        self.gone: list[str] = []
        self.is_connected = True
        self._session_mgr = SimpleNamespace(
            get_active_session_info=lambda _: SimpleNamespace(client="client") if self.is_connected else None
        )

    def _send_message(self, connected: Any, message: Any) -> None:
        if message == "lost":
            raise SessionClientDisconnectedError
        self.sent.append(message)

    def disconnect_session(self, session_id: str, *, client: Any) -> None:
        self.gone.append(session_id)


def run(
    events: list[tuple[Any, Any]], monkeypatch: pytest.MonkeyPatch, wait: float = 0.0, connected: bool = True
) -> Any:
    gathered.gather_messages()

    async def work() -> Any:
        session = Session(asyncio.get_running_loop())
        server = Server(session)
        server.is_connected = connected
        monkeypatch.setattr(gathered.runtime, "get_instance", lambda: server)
        failed: list[Any] = []
        asyncio.get_running_loop().set_exception_handler(
            lambda _, context: failed.append(context["exception"])
        )

        def script() -> None:
            for event, message in events:
                sender = "earlier run" if message == "late" else session._scriptrunner
                AppSession._on_scriptrunner_event(session, sender, event, message)  # type: ignore[arg-type]

        await asyncio.to_thread(script)
        await asyncio.sleep(wait)
        return SimpleNamespace(session=session, server=server, failed=failed)

    return asyncio.run(work())


def test_a_page_arrives_whole_and_in_order_by_two_wakes(monkeypatch: pytest.MonkeyPatch) -> None:
    names = [f"element {number}" for number in range(40)]
    done = run([*((ELEMENT, name) for name in names), (END, None)], monkeypatch, wait=0.005)
    assert done.server.sent == [*names, END.name]
    assert done.session.wakes == 2  # the first element, the end
    assert done.session.woken == []  # Streamlit's own loop had nothing to do


def test_what_an_earlier_run_still_tells_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    done = run([(ELEMENT, "one"), (ELEMENT, "late"), (END, None)], monkeypatch, wait=0.005)
    assert done.server.sent == ["one", END.name]


def test_a_slow_page_shows_what_it_has_after_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    done = run([(ELEMENT, "progress")], monkeypatch, wait=3 * gathered.MOMENT_SECONDS)
    assert done.server.sent == ["progress"]


def test_an_event_that_fails_holds_up_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    done = run(
        [(ELEMENT, "one"), (ELEMENT, "broken"), (ELEMENT, "two"), (END, None)], monkeypatch, wait=0.005
    )
    assert done.server.sent == ["one", "two", END.name]
    assert [str(error) for error in done.failed] == ["broken"]


def test_a_browser_that_is_gone_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    done = run([(ELEMENT, "one"), (ELEMENT, "lost"), (END, None)], monkeypatch, wait=0.005)
    assert done.server.sent == ["one"]
    assert done.server.gone == ["one"]


@pytest.mark.parametrize("count, connected", [(gathered.MOST_AT_ONCE + 5, True), (3, False)])
def test_more_than_a_page_or_nobody_there_is_left_to_streamlit(
    count: int, connected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = [*((ELEMENT, f"element {number}") for number in range(count)), (END, None)]
    done = run(events, monkeypatch, wait=0.005, connected=connected)
    assert done.server.sent == []
    assert done.session.woken[-1] == count + 1


def test_the_socket_is_written_to_once_a_turn_and_before_it_is_closed() -> None:
    told: list[Any] = []

    class Transport:
        def write(self, data: bytes) -> None:
            told.append(data)

        def close(self) -> None:
            told.append("closed")

    async def work() -> None:
        transport: Any = gathered.GatheredWrites(Transport(), asyncio.get_running_loop())  # type: ignore[arg-type]
        for part in (b"a", b"b", b"c"):
            transport.write(part)
        assert told == []
        await asyncio.sleep(0)
        assert told == [b"abc"]
        transport.write(b"d")
        transport.close()
        await asyncio.sleep(0)

    asyncio.run(work())
    assert told == [b"abc", b"d", "closed"]
