"""Asks now and then how WhatsApp rates each sending number: webhooks no longer bring the colour."""

import logging
import threading
from dataclasses import replace
from datetime import datetime

import duckdb

from dashboard.delivery.client import ManagementClient, PhoneHealth
from dashboard.delivery.credentials import Account
from dashboard.delivery.news import PHONE_QUALITY, read_news
from dashboard.delivery.numbers import (
    FIRST_NO,
    Standing,
    digits_of,
    keep_standing,
    list_numbers,
    list_standings,
)
from dashboard.delivery.platform import insert_news, latest_of
from dashboard.errors import SetuError
from dashboard.store.clock import Clock
from dashboard.store.database import Database

_log = logging.getLogger(__name__)
_FIRST_LOOK_SECONDS = 5.0


def note_quality(db: Database, clock: Clock, client: ManagementClient, number_no: int = FIRST_NO) -> bool:
    """Keep how a number stands, and tell its colour where it has changed; return whether it has. Raises Unavailable. System function."""
    health = client.phone_health()
    subject, colour = health.display_phone_number, health.quality_rating.upper()
    _keep(db, number_no, health, clock())
    if not colour or colour == "UNKNOWN":
        return False
    value = {"display_phone_number": subject, "quality_rating": colour, "limit": health.messaging_limit}

    with db.read() as cursor:
        last = latest_of(cursor, PHONE_QUALITY, subject)
    if (last.value if last else "GREEN") == colour:
        return False  # nothing is written, so that no page is made anew
    news = [(0, 1, read_news(PHONE_QUALITY, value, clock()))]
    return db.write(lambda cursor: insert_news(cursor, news)) > 0


def _keep(db: Database, number_no: int, health: PhoneHealth, now: datetime) -> None:
    """Write down how a number stands, where that is news."""
    found = Standing(
        number_no, digits_of(health.display_phone_number), health.quality_rating.upper(), health.messaging_limit,
        health.throughput, now,
    )  # fmt: skip
    with db.read() as cursor:
        known = next((one for one in list_standings(cursor) if one.number_no == number_no), None)
    if known is None or replace(known, seen_at=now) != found:
        db.write(lambda cursor: keep_standing(cursor, found), alters_pages=False)


def note_all(db: Database, clock: Clock, account: Account) -> None:
    """Ask for every sending number; one of which nothing is heard holds up none of the others."""
    with db.read() as cursor:
        found = list_numbers(cursor)
    for one in found:
        client = ManagementClient(replace(account, phone_number_id=one.phone_number_id))
        try:
            note_quality(db, clock, client, one.number_no)
        except (SetuError, duckdb.Error) as error:
            _log.info("the quality of number %d is not known: %s", one.number_no, type(error).__name__)


class PhoneWatch:
    """Looks every so many seconds, on a thread of its own: an answer may take half a minute."""

    def __init__(self, db: Database, clock: Clock, account: Account, seconds: float) -> None:
        self._db, self._clock, self._account, self._seconds = db, clock, account, seconds
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="phone-watch", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Look no more; a call on its way is not waited for."""
        self._stopped.set()

    def _run(self) -> None:
        pause = min(_FIRST_LOOK_SECONDS, self._seconds)
        while not self._stopped.wait(pause):
            pause = self._seconds
            try:
                note_all(self._db, self._clock, self._account)
            except (SetuError, duckdb.Error) as error:
                _log.info("the numbers' quality is not known: %s", type(error).__name__)
