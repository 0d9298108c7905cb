"""The funnel of an office, from all consumers to those who are still with us; and what its consumers have in common."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from dashboard.access.scope import Scope
from dashboard.coverage.board import board_of, offices_at, readers_of
from dashboard.coverage.cube import COUNTS, queries
from dashboard.coverage.figures import Coverage
from dashboard.registry.offices import get_office
from dashboard.store.database import Database

DIMENSIONS = ("category", "area", "arrears", "supply")
STEPS = ("consumers", "with_number", "usable", "verified", "joined", "still_in")


@dataclass(frozen=True)
class Funnel:
    """Accounts of one office that have come so far.

    `with_number`: anything in the cell; `usable`: good and reachable; `verified`: a message came from that number or was
    delivered to it; `joined`: opted in at any time with a number in use; `still_in`: enrolled today. Who joined on paper and
    has not been written to yet is joined without being verified.
    """

    consumers: int
    with_number: int
    usable: int
    verified: int
    joined: int
    still_in: int


def funnel_of(db: Database, scope: Scope, office_code: str) -> Funnel:
    """Return the six steps of one office of the scope."""
    office = get_office(db, scope, office_code)
    board = board_of(db)
    states = Coverage(*board.counts.between(office.office_no, office.last_no))
    verified, joined = board.steps.between(office.office_no, office.last_no)
    with_number = states.consumers - states.missing
    usable = states.consumers - states.to_collect
    return Funnel(states.consumers, with_number, usable, verified, joined, states.enrolled)


def coverage_by_part(db: Database, scope: Scope, office_code: str, dimension: str) -> pd.DataFrame:
    """Return one office's consumers by category, area (urban, other), arrears segment or supply type, largest first: part and the counts."""
    office = get_office(db, scope, office_code)
    interval = {"first_no": office.office_no, "last_no": office.last_no}
    with db.read() as cursor:
        if dimension == "category":
            rows = list(queries.sum_by_category(cursor, **interval))
        elif dimension == "area":
            rows = list(queries.sum_by_area(cursor, **interval))
        else:
            rows = list(queries.sum_by_part(cursor, **interval, dimension=dimension))
    return pd.DataFrame(rows, columns=["part", *COUNTS])


def top_readers(db: Database, scope: Scope, office_code: str, limit: int = 5) -> dict[str, list[Any]]:
    """Return the readers on whose rounds most consumers carry a reader's own number: agent_id, consumers and their division
    (office_code, office, office_hi), columns as lists."""
    office, divisions = get_office(db, scope, office_code), offices_at(db, "division")
    columns = ("agent_id", "consumers", "office_code", "office", "office_hi")
    rows, names = [], [divisions.lists[name] for name in columns[2:]]
    for reader, consumers, numbers, counts in readers_of(db).find_most(
        office.office_no, office.last_no, limit
    ):
        places = np.searchsorted(divisions.first_nos, numbers, "right") - 1
        if (places >= 0).any():
            most = int(np.bincount(places[places >= 0], weights=counts[places >= 0]).argmax())
            rows.append((reader, consumers, *(column[most] for column in names)))
    return {name: [row[place] for row in rows] for place, name in enumerate(columns)}
