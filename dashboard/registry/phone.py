"""Judges phone numbers as they stand in exports: one normaliser, in SQL, for a cell and for crores of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import duckdb
import phonenumbers
import pyarrow as pa

OK = "ok"


@dataclass(frozen=True)
class Verdict:
    """What one cell is: `mobile` ten digits where they could be read, `verdict` ok, missing, malformed, landline, dummy or cut."""

    input: str
    mobile: int | None
    verdict: str

    @property
    def e164(self) -> str | None:
        """The number as WhatsApp wants it, only where it is good."""
        return f"+91{self.mobile}" if self.verdict == OK else None


@cache
def _macros() -> str:
    plan = phonenumbers.PhoneMetadata.metadata_for_region("IN")
    if plan is None or plan.mobile is None or plan.fixed_line is None:
        raise RuntimeError("phonenumbers brings no metadata for India")
    text = Path(__file__).with_name("phone.sql").read_text(encoding="utf-8")
    patterns = {
        "{mobile_pattern}": plan.mobile.national_number_pattern,
        "{fixed_pattern}": plan.fixed_line.national_number_pattern,
    }
    for place, pattern in patterns.items():
        text = text.replace(place, pattern or "")
    return text


def install_macros(cursor: duckdb.DuckDBPyConnection) -> None:
    """Give a connection `phone_read(raw) -> ten digits or NULL` and `phone_verdict(raw, ten)`."""
    cursor.execute(_macros())


def judge(values: Sequence[str]) -> list[Verdict]:
    """Judge cells by their own text; *reader's own* and *shared* need the registry and are not seen here."""
    with duckdb.connect() as connection:
        install_macros(connection)
        connection.register(
            "cells", pa.table({"place": range(len(values)), "raw": pa.array(values, pa.string())})
        )
        rows = connection.execute(
            "SELECT ten, phone_verdict(raw, ten) FROM (SELECT place, raw, phone_read(raw) AS ten FROM cells) ORDER BY place"
        ).fetchall()
    return [
        Verdict(value, int(ten) if ten else None, verdict)
        for value, (ten, verdict) in zip(values, rows, strict=True)
    ]
