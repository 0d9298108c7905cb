"""What Streamlit makes anew for each run and each person though it is always the same.

The theme's message takes some eighty options; at two hundred people that is a tenth of all computing. The options cannot
change while the server runs (`fileWatcherType = "none"`), so what the first run made is what every run would make; a test
compares the two. And every choice's words are searched for an emoji at their beginning, among thousands.
"""

from functools import lru_cache, wraps
from typing import Any

from streamlit.elements.widgets import button_group
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


def find_icons_once() -> None:
    """Let the words of a choice be searched for an icon once, not in every run."""
    find = button_group.extract_leading_icon
    if not hasattr(find, "cache_info"):
        setattr(button_group, "extract_leading_icon", lru_cache(maxsize=2000)(find))  # noqa: B010
