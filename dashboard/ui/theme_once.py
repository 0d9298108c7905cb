"""The theme's message is made once: Streamlit reads some eighty options anew for each run and each person.

At two hundred people that is a tenth of all computing. The options cannot change while the server runs
(`fileWatcherType = "none"`), so what the first run made is what every run would make; a test compares the two.
"""

from functools import wraps
from typing import Any

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
