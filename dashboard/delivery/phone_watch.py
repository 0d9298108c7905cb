"""Asks now and then how WhatsApp rates the sending number: webhooks no longer bring its colour."""

import logging
import threading

import duckdb

from dashboard.delivery.client import ManagementClient
from dashboard.delivery.news import PHONE_QUALITY, read_news
from dashboard.delivery.platform import insert_news, latest_of
from dashboard.errors import SetuError
from dashboard.store.clock import Clock
from dashboard.store.database import Database

_log = logging.getLogger(__name__)
_FIRST_LOOK_SECONDS = 5.0


def note_quality(db: Database, clock: Clock, client: ManagementClient) -> bool:
    """Write the number's colour down where it has changed; return whether it has. Raises Unavailable. System function."""
    health = client.phone_health()
    subject, colour = health.display_phone_number, health.quality_rating.upper()
    if not colour or colour == "UNKNOWN":
        return False
    value = {"display_phone_number": subject, "quality_rating": colour, "limit": health.messaging_limit}

    with db.read() as cursor:
        last = latest_of(cursor, PHONE_QUALITY, subject)
    if (last.value if last else "GREEN") == colour:
        return False  # nothing is written, so that no page is made anew
    news = [(0, 1, read_news(PHONE_QUALITY, value, clock()))]
    return db.write(lambda cursor: insert_news(cursor, news)) > 0


class PhoneWatch:
    """Looks every so many seconds, on a thread of its own: an answer may take half a minute."""

    def __init__(self, db: Database, clock: Clock, client: ManagementClient, seconds: float) -> None:
        self._db, self._clock, self._client, self._seconds = db, clock, client, seconds
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
                note_quality(self._db, self._clock, self._client)
            except (SetuError, duckdb.Error) as error:
                _log.info("the number's quality is not known: %s", type(error).__name__)
