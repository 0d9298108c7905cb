"""The pages of the product: where each stands, its icon and the right that opens it."""

from copy import copy
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import streamlit as st

from dashboard.access.scope import Right, Scope
from dashboard.ui.words import current_language, t

_FIRST_PATH = "start"  # Streamlit wants a name for the first page, which has the bare address
VIEWS_DIR = Path(__file__).resolve().parent.parent / "views"


@dataclass(frozen=True)
class Place:
    """One page: the name of its file and words, its icon, its right and its section of the menu."""

    name: str
    icon: str
    right: Right
    section: str


PLACES = (
    Place("coverage", "monitoring", Right.SEE_COVERAGE, "coverage"),
    Place("missing", "person_search", Right.SEE_NUMBERS, "coverage"),
    Place("consumer", "account_box", Right.SEE_NUMBERS, "coverage"),
    Place("cases", "rule", Right.SETTLE_CASES, "coverage"),
    Place("groups", "groups", Right.COMPOSE, "coverage"),
    Place("outage", "flash_off", Right.COMPOSE, "notices"),
    Place("compose", "edit_note", Right.COMPOSE, "notices"),
    Place("templates", "library_books", Right.SEE_NOTICES, "notices"),
    Place("approvals", "approval", Right.APPROVE, "notices"),
    Place("notices", "campaign", Right.SEE_NOTICES, "notices"),
    Place("inbox", "inbox", Right.SEE_NUMBERS, "notices"),
    Place("import_data", "upload_file", Right.IMPORT, "office"),
    Place("offices", "account_tree", Right.MANAGE_OFFICES, "office"),
    Place("users", "group", Right.MANAGE_USERS, "office"),
    Place("audit", "history", Right.SEE_AUDIT, "office"),
)


def list_all_pages() -> list[Any]:
    """Return every page, so that an address is understood before anyone is signed in."""
    pages = [*map(make_page, PLACES), _make_start_page()]
    return pages + _list_strange(pages)


def list_pages_of(scope: Scope) -> dict[str, list[Any]]:
    """Return the pages that a person's rights open, by section of the menu."""
    sections: dict[str, list[Any]] = {}
    for place in PLACES:
        if scope.may(place.right):
            sections.setdefault(t(f"page.section_{place.section}"), []).append(make_page(place))
    first = next(iter(sections.values()))
    first.append(_make_start_page())
    first += _list_strange([page for pages in sections.values() for page in pages])
    return sections


def make_page(place: Place) -> Any:
    """Return Streamlit's page of a place, named in the session's language: a copy, for a run marks its own."""
    return copy(_make_page(place, current_language()))


@lru_cache(maxsize=100)
def _make_page(place: Place, language: str) -> Any:
    """Make a page once a language: Streamlit looks for its file and reads its name each time. Within a run only."""
    return st.Page(
        VIEWS_DIR / f"{place.name}.py",
        title=t(f"page.{place.name}"),
        icon=f":material/{place.icon}:",
        url_path=place.name if place is not PLACES[0] else _FIRST_PATH,
        default=place is PLACES[0],
        help=t(f"page.{place.name}_help"),
    )


def _make_start_page() -> Any:
    """Return the first page under its own name as well: the default page has the bare address alone."""
    first = PLACES[0]
    return st.Page(
        VIEWS_DIR / f"{first.name}.py",
        title=t(f"page.{first.name}"),
        url_path=first.name,
        visibility="hidden",
    )


def _list_strange(pages: list[Any]) -> list[Any]:
    """Return a page for the address of this run where it is none of these: Streamlit itself would answer in English, whoever asks."""
    asked = unquote(urlsplit(st.context.url or "").path).rpartition("/")[2]
    if not asked or asked in (_FIRST_PATH, *(page.url_path for page in pages)):
        return []
    is_closed = asked in (place.name for place in PLACES)
    title = t("page.closed" if is_closed else "page.unknown")
    return [st.Page(partial(_tell_strange, is_closed), title=title, url_path=asked, visibility="hidden")]


def _tell_strange(is_closed: bool) -> None:
    """Say what is with an address that opens nothing, and where to go on."""
    st.info(t("page.closed_help" if is_closed else "page.unknown_help"), icon=":material/info:")
    st.page_link(VIEWS_DIR / f"{PLACES[0].name}.py", label=t("page.to_first"), icon=":material/arrow_back:")


def open_page(name: str, **query: str) -> None:
    """Go to another page with these values in its address."""
    st.switch_page(VIEWS_DIR / f"{name}.py", query_params=query)
