"""The theme that is made once is the theme that Streamlit would make for every run."""

from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from streamlit import config
from streamlit.elements.widgets import button_group
from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session

from dashboard.config import PROJECT_DIR
from dashboard.ui import theme_once


@pytest.fixture
def streamlits_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app_session, "_populate_theme_msg", app_session._populate_theme_msg)
    monkeypatch.setattr(theme_once, "_made", {})


@pytest.mark.parametrize("section", ["theme", "theme.light", "theme.dark", "theme.dark.sidebar"])
def test_every_run_gets_what_streamlit_would_have_made(
    streamlits_own: None, section: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(Path(PROJECT_DIR))
    config.get_config_options(force_reparse=True)
    own = CustomThemeConfig()
    app_session._populate_theme_msg(own, section)
    assert own.ByteSize() > 20
    theme_once.make_theme_once()
    for _ in range(2):
        made = CustomThemeConfig()
        app_session._populate_theme_msg(made, section)
        assert made == own


def test_words_of_a_choice_have_the_icon_that_streamlit_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    own = button_group.extract_leading_icon
    monkeypatch.setattr(button_group, "extract_leading_icon", getattr(own, "__wrapped__", own))
    words = ["मंडल", "Division", "⚡ बिजली", ":material/bolt: Feeder", ":material/no such: x", ""]
    expected = [button_group.extract_leading_icon(word) for word in words]
    theme_once.find_icons_once()
    assert [button_group.extract_leading_icon(word) for word in words * 2] == expected * 2
    assert button_group.extract_leading_icon.cache_info().hits == len(words)


def test_a_run_begins_with_the_message_that_streamlit_would_make(monkeypatch: pytest.MonkeyPatch) -> None:
    own: Any = app_session.AppSession._create_new_session_message
    own = getattr(own, "__wrapped__", own)
    monkeypatch.setattr(app_session.AppSession, "_create_new_session_message", own)
    theme_once.begin_runs_once()
    begin: Any = app_session.AppSession._create_new_session_message
    pages = {"one": {"page_name": "start", "icon": "home"}, "two": {"page_name": "खाली", "icon": ""}}
    session: Any = SimpleNamespace(
        id="s", _state=app_session.AppSessionState.APP_IS_RUNNING, _run_on_save=False,
        _pages_manager=SimpleNamespace(main_script_path="a", main_script_hash="b", get_pages=lambda: pages),
        _script_data=SimpleNamespace(name="n", is_hello=False), _compute_skills_nudge_state=lambda: (False, ""),
    )  # fmt: skip
    session._populate_app_pages = partial(app_session.AppSession._populate_app_pages, session)
    runs = [SimpleNamespace(script_run_id=str(number), fragment_ids=["f"] * number) for number in range(3)]
    for page, menu in (("one", None), ("two", None), ("two", {"two": {"page_name": "b", "icon": ""}})):
        assert [begin(session, page, run, menu) for run in runs] == [
            own(session, page, run, menu) for run in runs
        ]
    pages["one"]["icon"] = "other"
    assert begin(session, "one", runs[1]) == own(session, "one", runs[1])
    session._state = app_session.AppSessionState.APP_NOT_RUNNING
    assert begin(session, "one", runs[2]) == own(session, "one", runs[2])
    assert begin(session, "one", runs[1]) == own(session, "one", runs[1])
