"""The names that the state and its five distribution companies have, and how reports write them."""

import csv
import re
from functools import cache

from dashboard.config import SHIPPED_DATA_DIR
from dashboard.registry.office_columns import fold_name


@cache
def known_names() -> dict[str, tuple[str, str]]:
    """Return the English and the Hindi name of the state and of each discom, by code."""
    return {row["code"]: (row["name"], row["name_hi"]) for row in _read_known()}


def find_discom(written: str) -> str | None:
    """Return the code of the discom that is written another way: `M.V.V.N.L.`, `MVVNL-LUCKNOW`, `Madhyanchal Vidyut …`."""
    text = fold_name(re.sub(r"[,()/_-]", " ", written.replace(".", ""))) + " "
    return next((code for spelling, code in _spellings() if text.startswith(f"{spelling} ")), None)


@cache
def _spellings() -> list[tuple[str, str]]:
    found = [(spelling, row["code"]) for row in _read_known() for spelling in row["also"].split("|")]
    return [(spelling, code) for spelling, code in found if spelling]


def _read_known() -> list[dict[str, str]]:
    with (SHIPPED_DATA_DIR / "offices" / "known.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
