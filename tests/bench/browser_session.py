"""One person's browser without the browser: Streamlit's own WebSocket, its messages, what stands on the screen.

It does what Streamlit's page does: sends the state of every widget with each click, keeps large messages and names the
kept ones to the server, leaves a page by its address. It draws nothing.
"""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from google.protobuf.message import Message
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

COOKIE = "upbhokta_setu"
_DONE = (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY)
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")  # what Markdown shows letter by letter
_KEEP_RUNS = 2  # Streamlit's page drops a kept message after so many runs without it
_WIDGETS = (
    "button",
    "button_group",
    "selectbox",
    "dataframe",
    "plotly_chart",
    "pagination",
    "text_input",
    "page_link",
)


class PageBroke(Exception):
    """A run that did not bring the page: an exception, an error told to the person, or nothing at all."""


@dataclass
class Screen:
    """What one run brought."""

    widgets: list[tuple[str, Message]] = field(default_factory=list)  # kind, element
    titles: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    cookies: dict[str, str] = field(default_factory=dict)
    element_count: int = 0

    def find(self, kind: str, key: str) -> Any:
        """Return the first widget of a kind whose key begins so, None where there is none."""
        return next((one for name, one in self.widgets if name == kind and key_of(one).startswith(key)), None)


def key_of(element: Any) -> str:
    """Return the key that the page's code gave a widget: Streamlit's id ends with it."""
    parts = str(getattr(element, "id", "")).split("-", 2)
    return parts[2] if len(parts) == 3 else ""


class BrowserSession:
    """A connection of one person; every method that clicks returns when the page stands."""

    def __init__(self, http: aiohttp.ClientSession, url: str, cookie: str = "") -> None:
        self._http, self._url = http, url
        self._cookie = cookie
        self._states: dict[str, WidgetState] = {}
        self._kept: dict[str, tuple[ForwardMsg, int]] = {}
        self._run_count = 0
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self.query = ""
        self.page_hash = ""
        self.pages: dict[str, str] = {}  # address → hash
        self.screen = Screen()
        self.byte_count = self.message_count = 0

    async def open(self, page: str = "") -> None:
        """Connect and wait for the first page."""
        headers = {"Cookie": f"{COOKIE}={self._cookie}"} if self._cookie else {}
        address = self._url.replace("http", "ws", 1) + "/_stcore/stream"
        self._socket = await self._http.ws_connect(
            address, protocols=("streamlit",), headers=headers, max_msg_size=0, compress=15
        )
        await self._run(ClientState(page_name=page, query_string=self.query))

    async def close(self) -> None:
        if self._socket is not None:
            await self._socket.close()

    async def press(self, button: Any) -> None:
        await self._click(WidgetState(id=button.id, trigger_value=True))

    async def write(self, field_: Any, text: str) -> None:
        """Type into a field of a form: nothing runs until the form is sent."""
        self._states[field_.id] = WidgetState(id=field_.id, string_value=text)

    async def choose(self, widget: Any, option: str) -> None:
        """Choose an option of a list or of a row of choices, by its words."""
        state = WidgetState(id=widget.id)
        if type(widget).__name__ == "ButtonGroup":
            state.string_array_value.data.append(option)
        else:
            state.string_value = option
        await self._click(state)

    async def pick_row(self, table: Any, row: int) -> None:
        selection = {"selection": {"rows": [row], "columns": [], "cells": []}}
        await self._click(WidgetState(id=table.id, string_value=json.dumps(selection)))

    async def pick_bar(self, chart: Any, row: int) -> None:
        point = {"curve_number": 0, "point_number": row, "point_index": row, "x": 0.5, "y": row}
        selection = {"selection": {"points": [point], "point_indices": [row], "box": [], "lasso": []}}
        await self._click(WidgetState(id=chart.id, string_value=json.dumps(selection)))

    async def turn_page(self, pagination: Any, number: int) -> None:
        await self._click(WidgetState(id=pagination.id, int_value=number))

    async def go_to(self, page_hash: str, query: str = "") -> None:
        """Open another page of the menu, or one that a link leads to."""
        self._states.clear()
        self.page_hash, self.query = page_hash, query
        await self._run(ClientState(page_script_hash=page_hash, query_string=query))

    async def _click(self, state: WidgetState) -> None:
        self._states[state.id] = state
        wanted = ClientState(page_script_hash=self.page_hash, query_string=self.query)
        wanted.widget_states.widgets.extend(self._states.values())
        if state.WhichOneof("value") == "trigger_value":
            del self._states[state.id]
        await self._run(wanted)

    async def _run(self, state: ClientState) -> None:
        assert self._socket is not None
        state.cached_message_hashes.extend(self._kept)
        state.context_info.url = self._url
        state.context_info.timezone = "Asia/Kolkata"
        await self._socket.send_bytes(BackMsg(rerun_script=state).SerializeToString())
        while not await self._take_message():
            pass
        self._run_count += 1
        self._kept = {
            key: kept for key, kept in self._kept.items() if self._run_count - kept[1] <= _KEEP_RUNS
        }
        here = {one.id for _, one in self.screen.widgets if hasattr(one, "id")}
        self._states = {key: state for key, state in self._states.items() if key in here}
        self._judge()

    async def _take_message(self) -> bool:
        """Take one message; return whether it ended the run."""
        assert self._socket is not None
        received = await self._socket.receive()
        if received.type is not aiohttp.WSMsgType.BINARY:
            raise PageBroke(f"the connection ended: {received.type.name}")
        self.byte_count += len(received.data)
        self.message_count += 1
        message = ForwardMsg.FromString(received.data)
        kind = message.WhichOneof("type")
        if kind == "ref_hash":
            message, kind = self._kept[message.ref_hash][0], "delta"
            self._kept[message.hash] = (message, self._run_count)
        elif message.metadata.cacheable and message.hash:
            self._kept[message.hash] = (message, self._run_count)
        if kind == "script_finished":
            return message.script_finished in _DONE
        self._show(kind, message)
        return False

    def _show(self, kind: str | None, message: ForwardMsg) -> None:
        if kind == "new_session":
            self.screen = Screen()
        elif kind == "navigation":
            self.pages = {page.url_pathname: page.page_script_hash for page in message.navigation.app_pages}
            self.page_hash = message.navigation.page_script_hash
        elif kind == "page_info_changed":
            self.query = message.page_info_changed.query_string
        elif kind == "page_not_found":
            self.screen.errors.append("page not found")
        elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            self._put(message.delta.new_element)

    def _put(self, element: Any) -> None:
        screen, kind = self.screen, element.WhichOneof("type")
        screen.element_count += 1
        if kind in _WIDGETS:
            widget = getattr(element, kind)
            screen.widgets.append((kind, widget))
            self._obey(kind, widget)
        elif kind == "heading":
            screen.titles.append(element.heading.body)
        elif kind == "markdown":
            screen.texts.append(_ESCAPED.sub(r"\1", element.markdown.body))
        elif kind == "exception":
            screen.errors.append(element.exception.message)
        elif kind == "alert" and element.alert.format in (element.alert.ERROR, element.alert.WARNING):
            screen.errors.append(element.alert.body)
        elif kind == "component_instance":
            self._take_cookie(json.loads(element.component_instance.json_args))

    def _obey(self, kind: str, widget: Any) -> None:
        """Take over a value that the page has set itself."""
        if kind not in ("selectbox", "button_group", "text_input", "pagination") or not widget.set_value:
            return
        state = WidgetState(id=widget.id)
        if kind == "button_group":
            state.string_array_value.data.extend(widget.raw_values)
        elif kind == "pagination":
            state.int_value = widget.value
        elif kind == "selectbox" and widget.HasField("raw_value"):
            state.string_value = widget.raw_value
        elif kind == "text_input":
            state.string_value = widget.value
        self._states[widget.id] = state

    def _take_cookie(self, arguments: dict[str, Any]) -> None:
        if arguments.get("method") == "set":
            self.screen.cookies[arguments["cookie"]] = arguments["value"]

    def _judge(self) -> None:
        if self.screen.errors:
            raise PageBroke(self.screen.errors[0][:300])
        if not self.screen.titles or self.screen.element_count < 5:
            raise PageBroke("an empty page")


async def sign_in(session: BrowserSession, username: str, password: str) -> str:
    """Fill in the form of an open session, send it, and return the cookie that the page set."""
    screen = session.screen
    await session.write(screen.find("text_input", "sign_in_username"), username)
    await session.write(screen.find("text_input", "sign_in_password"), password)
    await session.press(screen.find("button", "sign_in_submit"))
    if COOKIE not in session.screen.cookies:
        raise PageBroke("the sign-in set no cookie")
    return session.screen.cookies[COOKIE]


async def timed(work: Callable[[], Awaitable[None]]) -> float:
    """Return the seconds that something took."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    await work()
    return loop.time() - began
