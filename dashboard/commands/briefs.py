"""The command that prints an office's brief."""

import argparse
import time
from typing import Any

from dashboard.commands.data import COMMAND_LINE, with_registry
from dashboard.coverage.brief import Brief, make_brief
from dashboard.coverage.brief_press import print_brief
from dashboard.coverage.brief_shelf import LANGUAGES
from dashboard.coverage.brief_tables import write_tables
from dashboard.errors import BadInput, Unavailable


def write_brief(arguments: argparse.Namespace) -> dict[str, Any]:
    """`brief`: an office's brief as PDF, or its tables as XLSX."""
    suffix = arguments.out.suffix.lower()
    if suffix not in (".pdf", ".xlsx"):
        raise BadInput("brief_file_type", suffix=suffix)
    began = time.monotonic()
    brief = with_registry(lambda rt: make_brief(rt.db, COMMAND_LINE, arguments.office, rt.clock))
    try:
        _write(brief, arguments, suffix)
    except OSError as error:
        raise Unavailable("file_unwritable", path=str(arguments.out)) from error
    return {
        "office_code": brief.office.code,
        "office": brief.office.name,
        "language": arguments.language,
        "consumers": brief.figures.consumers,
        "seconds": round(time.monotonic() - began, 2),
        "file": str(arguments.out),
    }


def _write(brief: Brief, arguments: argparse.Namespace, suffix: str) -> None:
    languages = LANGUAGES[arguments.language]
    if suffix == ".pdf":
        arguments.out.write_bytes(print_brief(brief, languages))
    else:
        write_tables(brief, languages, arguments.out)
