"""Prints a brief: Typst makes a PDF of the sheets (template: `brief.typ`).

Everything that comes from the data goes to the template as JSON strings: no name can be read there as markup.
"""

import json
from datetime import UTC
from functools import cache
from pathlib import Path
from typing import Any

import fontpkg_noto_sans
import fontpkg_noto_sans_devanagari
import typst

from dashboard.coverage.brief import Brief
from dashboard.coverage.brief_sheet import write_sheet
from dashboard.errors import Unavailable
from dashboard.ui.catalogue import LANGUAGES

_TEMPLATE = Path(__file__).with_name("brief.typ")


def print_brief(brief: Brief, languages: tuple[str, ...] = LANGUAGES) -> bytes:
    """Return the brief as a PDF, two pages a language. Raises Unavailable("brief_failed") where Typst refuses it."""
    return _typeset(brief, languages, "pdf")[0]


def draw_pages(brief: Brief, languages: tuple[str, ...] = LANGUAGES, ppi: float = 100) -> list[bytes]:
    """Return the pages of the brief as PNG."""
    return _typeset(brief, languages, "png", ppi)


def _typeset(brief: Brief, languages: tuple[str, ...], kind: Any, ppi: float | None = None) -> list[bytes]:
    sheets = json.dumps([write_sheet(brief, language) for language in languages], ensure_ascii=False)
    made_at = int(brief.made_at.replace(tzinfo=UTC).timestamp())
    try:
        result = typst.Compiler(str(_TEMPLATE), font_paths=_fonts(), sys_inputs={"sheets": sheets}).compile(
            format=kind, ppi=ppi, timestamp=made_at
        )
    except typst.TypstError as error:
        raise Unavailable("brief_failed", office=brief.office.code) from error
    return result if isinstance(result, list) else [result or b""]


@cache
def _fonts() -> typst.Fonts:
    """Noto Sans for Latin and digits, Noto Sans Devanagari for Hindi; only these, so that every machine prints the same."""
    folders = [str(package.ROOT / "files") for package in (fontpkg_noto_sans, fontpkg_noto_sans_devanagari)]
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)
