"""What the address of a page carries: a reload, or a colleague who gets it, sees the same view within their own offices."""

import re
from collections.abc import Mapping
from datetime import date

import streamlit as st

_SERIAL = re.compile("[0-9]{1,18}")  # as the database can hold it


def choose(page: str, name: str, options: Mapping[str, str], default: str, label: str) -> str:
    """Let one choose among `options` (code to words); the address keeps the code under `name`, unless it is the default."""
    key = f"{page}_{name}"
    st.session_state[key] = read(name, options, default)
    st.segmented_control(
        label,
        list(options),
        format_func=options.__getitem__,
        required=True,
        key=key,
        on_change=_keep,
        args=(key, name, default),
    )
    return str(st.session_state[key])


def read(name: str, options: Mapping[str, str], default: str) -> str:
    """Return what the address says, or the default where it says nothing that there is."""
    asked = st.query_params.get(name, default)
    return asked if asked in options else default


def read_number(name: str) -> int | None:
    """Return the serial number that the address gives, None where it gives none that could be one."""
    asked = st.query_params.get(name, "")
    return int(asked) if _SERIAL.fullmatch(asked) else None


def put(name: str, value: str | None) -> None:
    """Put a value into the address, or take it out."""
    if value:
        st.query_params[name] = value
    else:
        st.query_params.pop(name, None)


def choose_day(page: str, name: str, default: date, first: date, last: date, label: str) -> date:
    """Let one choose a day from `first` to `last`; the address keeps it as YYYY-MM-DD."""
    key = f"{page}_{name}"
    st.session_state[key] = _read_day(name, default, first, last)
    st.date_input(
        label, min_value=first, max_value=last, format="DD-MM-YYYY", key=key, width=180,
        on_change=_keep_day, args=(key, name),
    )  # fmt: skip
    return _read_day(name, default, first, last)


def _read_day(name: str, default: date, first: date, last: date) -> date:
    try:
        asked = date.fromisoformat(st.query_params.get(name, ""))
    except ValueError:
        return default
    return min(max(asked, first), last)


def _keep(key: str, name: str, default: str) -> None:
    chosen = st.session_state[key]
    put(name, chosen if chosen != default else None)


def _keep_day(key: str, name: str) -> None:
    if chosen := st.session_state[key]:
        put(name, chosen.isoformat())
