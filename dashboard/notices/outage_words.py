"""What an outage notice says: causes and times in the notice's own language. Plain rules, no database."""

import tomllib
from datetime import datetime
from functools import cache
from pathlib import Path

from dashboard.errors import BadInput
from dashboard.store.clock import INDIA_OFFSET, india_day

_DAYS = {"hi": ("आज", "कल"), "en": ("today", "tomorrow")}


@cache
def causes() -> dict[str, dict[str, str]]:
    """Return the words of every cause by language and code, in the order of the file."""
    return tomllib.loads(Path(__file__).with_name("causes.toml").read_text(encoding="utf-8"))


def say_cause(cause: str, language: str) -> str:
    """Return a cause as it stands in the notice. Raises BadInput("cause_unknown")."""
    try:
        return causes()[language][cause]
    except KeyError as error:
        raise BadInput("cause_unknown") from error


def say_hour(moment: datetime, now: datetime) -> str:
    """Return an hour of today as HH:MM; of another day with its date before it. Both moments are UTC."""
    there = moment + INDIA_OFFSET
    same_day = india_day(moment) == india_day(now)
    return there.strftime("%H:%M") if same_day else there.strftime("%d-%m-%Y %H:%M")


def say_expected(moment: datetime, now: datetime, language: str) -> str:
    """Return when supply is expected: आज 18:30 बजे, tomorrow at 02:00, else with the date. Both moments are UTC."""
    days = (india_day(moment) - india_day(now)).days
    there = moment + INDIA_OFFSET
    day = _DAYS[language][days] if days in (0, 1) else there.strftime("%d-%m-%Y")
    hour = there.strftime("%H:%M")
    return f"{day} {hour} बजे" if language == "hi" else f"{day} at {hour}"
