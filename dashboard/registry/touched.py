"""A change of few consumers: taken out of the registry once, changed as the relation `touched`, put back; coverage follows by the difference.

Whoever changes numbers or consent takes first, changes `touched` (mobile, verdict) and the facts, and puts back, inside one
change. The cost is that of the consumers touched, not of the offices they stand in. All of it are system functions.
"""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from dashboard.registry.account_places import Spot, are_few, ask_spots, locate
from dashboard.registry.states import (
    MOST_NAMED,
    REGISTRY,
    Counting,
    Refresh,
    derive_touched,
    offices_meant,
    run_on,
)
from dashboard.store.database import Cursor
from dashboard.store.queries import load_queries

_queries = load_queries(Path(__file__).with_name("touched.sql"))


def take_accounts(cursor: Cursor, account_nos: Sequence[str]) -> None:
    """Take these accounts out; those that the registry does not have are not there."""
    _queries.create(cursor)
    _add(cursor, "account_no", _spots_of(cursor, account_nos))
    _note_came_before(cursor)


def take_numbers(cursor: Cursor, mobiles: Sequence[int], account_nos: Sequence[str] = ()) -> None:
    """Take every account out that has one of these numbers, and these accounts, which have none of them."""
    _queries.create(cursor)
    _add(cursor, "mobile", find_numbers(cursor, mobiles))
    _add(cursor, "account_no", _spots_of(cursor, account_nos))
    _note_came_before(cursor)


def find_numbers(cursor: Cursor, mobiles: Sequence[int]) -> list[Spot]:
    """Return where accounts with one of these numbers stand: one look through the registry."""
    if not mobiles:
        return []
    cursor.register("asked_numbers", pa.table({"mobile": pa.array(list(mobiles), pa.int64())}))
    found = [Spot(office_no, mobile) for office_no, mobile in _queries.find_by_numbers(cursor)]
    cursor.unregister("asked_numbers")
    return found


def put_back(cursor: Cursor, refresh: Refresh) -> None:
    """Derive the states of the consumers taken out, write what has changed and bring coverage up to date."""
    derive_touched(cursor)
    if _queries.has_left(cursor):
        _queries.note_came(cursor)
    offices = [office_no for (office_no,) in _queries.list_offices(cursor)]
    if offices:
        among = offices if len(offices) <= MOST_NAMED else ()
        run_on(cursor, _queries.write, REGISTRY, offices_meant(offices[0], offices[-1], among))
        refresh(cursor, offices[0], offices[-1], among, how=Counting.BY_DIFFERENCE)
    _queries.drop(cursor)


def _spots_of(cursor: Cursor, account_nos: Sequence[str]) -> list[Spot]:
    return [Spot(office_no, account_no) for account_no, office_no in locate(cursor, account_nos).items()]


def _note_came_before(cursor: Cursor) -> None:
    if _queries.has_left(cursor):
        _queries.note_came_before(cursor)


def _add(cursor: Cursor, column: str, spots: Sequence[Spot]) -> None:
    sql = f"INSERT INTO touched {_queries.select_consumers.sql}"
    if are_few(cursor, len(spots)):
        ask_spots(cursor, sql, column, spots)
        return
    cursor.register("spots", pa.table({"value": [spot.value for spot in spots]}))
    cursor.execute(
        sql.replace("{which}", "{column} IN (SELECT value FROM spots)".replace("{column}", column))
    )
    cursor.unregister("spots")
