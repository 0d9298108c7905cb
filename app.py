"""The launcher: `streamlit run app.py` starts the pages, the routes and everything that runs beside them."""

import streamlit as st

from dashboard import web
from dashboard.ui import navigation, page  # noqa: F401 - loaded before the first person comes; `sign_in` must not be, see tests
from dashboard.ui.errors import tell_script_error
from dashboard.ui.gathered import gather_messages, gather_writes
from dashboard.ui.serving import lifespan
from dashboard.ui.theme_once import begin_runs_once, find_icons_once, make_theme_once

make_theme_once()
begin_runs_once()
find_icons_once()
gather_messages()
gather_writes()

app = st.App(
    "dashboard/main.py",
    lifespan=lifespan,
    routes=web.ROUTES,
    middleware=web.MIDDLEWARE,
    on_script_error=tell_script_error,
)
