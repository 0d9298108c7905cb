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


@dataclass(frozen=True)
class Placed:
    """One element where it stands, with the part of the page (`fragment`) that is computed alone, '' for none, and its run."""

    kind: str
    element: Any
    fragment: str
    run: int


@dataclass
class Screen:
    """What stands on the page, by place; a part that is computed alone renews its own and leaves the rest."""

    placed: dict[tuple[int, ...], Placed] = field(default_factory=dict)
    blocks: list[tuple[int, ...]] = field(default_factory=list)  # that this run has sent
    parts: frozenset[str] = frozenset()  # that this run computes; empty: the whole page
    cookies: dict[str, str] = field(default_factory=dict)
    element_count: int = 0  # that the last run has sent
    run: int = 0

    @property
    def widgets(self) -> list[tuple[str, Any]]:
        """Kind and element of each, in the order of the page."""
        return [(one.kind, one.element) for _, one in sorted(self.placed.items()) if one.kind in _WIDGETS]

    @property
    def titles(self) -> list[str]:
        return [one.element.body for one in self._of("heading")]

    @property
    def texts(self) -> list[str]:
        return [_ESCAPED.sub(r"\1", one.element.body) for one in self._of("markdown")]

    @property
    def errors(self) -> list[str]:
        told = [
            one.element
            for one in self._of("alert")
            if one.element.format in (one.element.ERROR, one.element.WARNING)
        ]
        lost = ["page not found"] if () in self.placed else []
        return [*lost, *(one.element.message for one in self._of("exception")), *(one.body for one in told)]

    def _of(self, kind: str) -> list[Placed]:
        return [one for one in self.placed.values() if one.kind == kind]

    def find(self, kind: str, key: str) -> Any:
        """Return the first widget of a kind whose key begins so, None where there is none."""
        return next((one for name, one in self.widgets if name == kind and key_of(one).startswith(key)), None)

    def part_of(self, widget_id: str) -> str:
        """Return the part that a widget belongs to, '' for none."""
        found = (
            one.fragment for one in self.placed.values() if getattr(one.element, "id", None) == widget_id
        )
        return next(found, "")

    def begin(self, parts: frozenset[str]) -> None:
        """A run begins: of the whole page, or of some parts."""
        self.parts, self.blocks, self.element_count, self.run = parts, [], 0, self.run + 1
        if not parts:
            self.placed = {}

    def end(self) -> None:
        """A run has ended: what it did not send again of its own is gone."""
        if self.parts:
            self.placed = {path: one for path, one in self.placed.items() if not self._is_stale(path, one)}

    def _is_stale(self, path: tuple[int, ...], one: Placed) -> bool:
        if one.run == self.run:
            return False
        return one.fragment in self.parts or any(path[: len(block)] == block for block in self.blocks)


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

    async def go_to(self, page_hash: str, query: str = "") -> None:
        """Open another page of the menu, or one that a link leads to."""
        self._states.clear()
        self.page_hash, self.query = page_hash, query
        await self._run(ClientState(page_script_hash=page_hash, query_string=query))

    async def _click(self, state: WidgetState) -> None:
        self._states[state.id] = state
        part = self.screen.part_of(state.id)
        wanted = ClientState(page_script_hash=self.page_hash, query_string=self.query, fragment_id=part)
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
        kind, path = message.WhichOneof("type"), tuple(message.metadata.delta_path)
        if kind == "ref_hash":
            message, kind = self._kept[message.ref_hash][0], "delta"
            self._kept[message.hash] = (message, self._run_count)
        elif message.metadata.cacheable and message.hash:
            self._kept[message.hash] = (message, self._run_count)
        if kind == "script_finished":
            self.screen.end()
            return message.script_finished in _DONE
        self._show(kind, message, path)
        return False

    def _show(self, kind: str | None, message: ForwardMsg, path: tuple[int, ...]) -> None:
        if kind == "new_session":
            self.screen.begin(frozenset(message.metadata.run.fragment_ids))
        elif kind == "navigation":
            self.pages = {page.url_pathname: page.page_script_hash for page in message.navigation.app_pages}
            self.page_hash = message.navigation.page_script_hash
        elif kind == "page_info_changed":
            self.query = message.page_info_changed.query_string
        elif kind == "page_not_found":
            self.screen.placed[()] = Placed("page_not_found", None, "", self.screen.run)
        elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            self._put(message.delta, path)
        elif kind == "delta" and message.delta.WhichOneof("type") == "add_block":
            self.screen.blocks.append(path)

    def _put(self, delta: Any, path: tuple[int, ...]) -> None:
        kind = delta.new_element.WhichOneof("type")
        element = getattr(delta.new_element, kind)
        self.screen.element_count += 1
        self.screen.placed[path] = Placed(kind, element, delta.fragment_id, self.screen.run)
        if kind in _WIDGETS:
            self._obey(kind, element)
        elif kind == "component_instance":
            self._take_cookie(json.loads(element.json_args))

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
        if not self.screen.titles or len(self.screen.placed) < 5:
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
