"""What Streamlit makes anew for each run and each person though it is always the same.

The theme's message takes some eighty options; at two hundred people that is a tenth of all computing. The options cannot
change while the server runs (`fileWatcherType = "none"`), so what the first run made is what every run would make; a test
compares the two. The message that begins a run tells the same pages and settings in run after run of a session. And every
choice's words are searched for an emoji at their beginning, among thousands.
"""

from functools import lru_cache, wraps
from typing import Any

from streamlit.elements.widgets import button_group
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime import app_session

_made: dict[str, bytes] = {}


def make_theme_once() -> None:
    """Let Streamlit's own function fill the theme once a section, and hand the same bytes out from then on."""
    fill = app_session._populate_theme_msg
    if hasattr(fill, "__wrapped__"):
        return

    @wraps(fill)
    def fill_once(message: Any, section: str = "theme") -> None:
        if section not in _made:
            made = type(message)()
            fill(made, section)
            _made[section] = made.SerializeToString()
        message.MergeFromString(_made[section])

    setattr(app_session, "_populate_theme_msg", fill_once)  # noqa: B010 - a vendor function, replaced


def begin_runs_once() -> None:
    """Let the message that begins a run be made once a session, as long as its page, its menu and its state are the same."""
    session = app_session.AppSession
    create = session._create_new_session_message
    if hasattr(create, "__wrapped__"):
        return

    @wraps(create)
    def create_once(self: Any, page_script_hash: str, run_descriptor: Any, pages: Any = None) -> ForwardMsg:
        shown = pages or self._pages_manager.get_pages()
        stands = (page_script_hash, self._state, {name: dict(page) for name, page in shown.items()})
        known, made = self.__dict__.get("_kept_beginning", (None, b""))
        if known != stands:
            message: ForwardMsg = create(self, page_script_hash, run_descriptor, pages)
            bare = ForwardMsg.FromString(message.SerializeToString())
            bare.metadata.ClearField("run")
            self._kept_beginning = (stands, bare.SerializeToString())
            return message
        message = ForwardMsg.FromString(made)
        app_session._set_run_identity(message, run_descriptor)
        return message

    setattr(session, "_create_new_session_message", create_once)  # noqa: B010 - a vendor function, replaced


def find_icons_once() -> None:
    """Let the words of a choice be searched for an icon once, not in every run."""
    find = button_group.extract_leading_icon
    if not hasattr(find, "cache_info"):
        setattr(button_group, "extract_leading_icon", lru_cache(maxsize=2000)(find))  # noqa: B010
