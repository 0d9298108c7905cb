"""Judges phone numbers as they stand in exports: one normaliser, in SQL, for a cell and for crores of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import duckdb
import phonenumbers
import pyarrow as pa

OK = "ok"
_PREFIX = r"(?:(?:\+|00|\+00|0)?91)?0?"
_SEPARATORS = r"[/,;|&\n\r\t\\]+|\s+(?i:or|and|या)\s+"
_SPACED_PREFIX = (
    r"(?:(?:\+|00|\+00|0)?91\s*)??(?:0\s*)??"  # ten digits that begin with 91 are rather without one
)
_SPACED_TEN = rf"{_SPACED_PREFIX}([1-9](?:\s*\d){{9}})"
_RUN = "0123456789"
# The first digits of the scripts that are typed here: Devanagari, Bengali, Gurmukhi, Gujarati, Odia, Tamil, Telugu, Kannada,
# Malayalam, both Arabic ones (Urdu), full width.
_ZEROS = (0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0x660, 0x6F0, 0xFF10)


@dataclass(frozen=True)
class Verdict:
    """What one cell is: `mobile` ten digits where they could be read, `verdict` ok, missing, malformed, landline, dummy or cut.

    `second` is the other good number of a cell that holds two.
    """

    input: str
    mobile: int | None
    verdict: str
    second: int | None = None

    @property
    def e164(self) -> str | None:
        """The number as WhatsApp wants it, only where it is good."""
        return f"+91{self.mobile}" if self.verdict == OK else None


def _dummy_pattern() -> str:
    """Return the dummies of phone_is_dummy as one expression, for cells that hold more than one number."""
    same = [rf"\d\d{digit}{{8}}" for digit in range(10)]
    pairs = [f"(?:{pair}){{5}}" for pair in range(10, 100)]
    runs = [f"{_RUN[start:]}{_RUN[:start]}" for start in range(10)]
    return "|".join([*same, *pairs, *runs, *(run[::-1] for run in runs)])


@cache
def _macros() -> str:
    plan = phonenumbers.PhoneMetadata.metadata_for_region("IN")
    if plan is None or plan.mobile is None or plan.fixed_line is None:
        raise RuntimeError("phonenumbers brings no metadata for India")
    text = Path(__file__).with_name("phone.sql").read_text(encoding="utf-8")
    patterns = {
        "{mobile_pattern}": plan.mobile.national_number_pattern,
        "{fixed_pattern}": plan.fixed_line.national_number_pattern,
        "{dummy_pattern}": _dummy_pattern(),
        "{prefix}": _PREFIX,
        "{separators}": _SEPARATORS,
        "{spaced_prefix}": _SPACED_PREFIX,
        "{spaced_ten}": _SPACED_TEN,
        "{other_digits}": "".join(chr(zero + digit) for zero in _ZEROS for digit in range(10)),
        "{their_digits}": "0123456789" * len(_ZEROS),
    }
    for place, pattern in patterns.items():
        text = text.replace(place, pattern or "")
    return text


def install_macros(cursor: duckdb.DuckDBPyConnection) -> None:
    """Give a connection `phone_read(raw) -> ten digits or NULL`, `phone_verdict(raw, ten)` and `phone_second(raw, ten)`."""
    cursor.execute(_macros())


def judge(values: Sequence[str]) -> list[Verdict]:
    """Judge cells by their own text; *reader's own* and *shared* need the registry and are not seen here."""
    with duckdb.connect() as connection:
        install_macros(connection)
        connection.register(
            "cells", pa.table({"place": range(len(values)), "raw": pa.array(values, pa.string())})
        )
        rows = connection.execute(
            "SELECT ten, phone_verdict(raw, ten), phone_second(raw, ten) FROM (SELECT place, raw, phone_read(raw) AS ten FROM cells) ORDER BY place"
        ).fetchall()
    return [
        Verdict(value, int(ten) if ten else None, verdict, int(second) if second else None)
        for value, (ten, verdict, second) in zip(values, rows, strict=True)
    ]
