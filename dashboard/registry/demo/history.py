"""Rules by which the demonstration gets a past: who joined when, by which way, and who left again.

Nothing is written here. Whoever builds the demonstration asks these rules and acts through the product's own functions.
"""

from dataclasses import dataclass

import numpy as np

from dashboard.registry.demo.draws import draw, draw_one, share, stream_key

_WAYS = (("camp", 0.46), ("form", 0.30), ("paper", 0.24))
_LEAVING_RATE = 0.04
_DISTRICT_SPREAD = 0.6  # how far a district's joining may lie above or below the state's


@dataclass(frozen=True)
class PlannedJoin:
    """One account's past: joined `days_ago`, left again `left_days_ago` (None: stayed)."""

    account_no: str
    days_ago: int
    how: str
    left_days_ago: int | None


def plan_joins(
    accounts: list[str], district: str, seed: int, days: int, join_rate: float
) -> list[PlannedJoin]:
    """Return who of a district's accounts has joined within the last `days`, in the order given.

    `join_rate` (0 to 1) is the state's; a district lies around it. An account's past depends on the seed and its
    number alone, not on its neighbours. `days` from 2 up.
    """
    rate = min(0.95, join_rate * (1 + _DISTRICT_SPREAD * (2 * draw_one(seed, "joining " + district, 0) - 1)))
    keys = np.array([stream_key(seed, account) for account in accounts], np.uint64)
    chances, moments, ways, leaving = (
        share(draw(seed, name, keys)) for name in ("joins", "moment", "way", "leaves")
    )
    return [
        _plan_one(accounts[place], days, moments[place], ways[place], leaving[place])
        for place in np.flatnonzero(chances < rate)
    ]


def _plan_one(account: str, days: int, moment: float, way: float, leaving: float) -> PlannedJoin:
    """Place a join between the first day and yesterday: few at first, then more, as drives take hold."""
    days_ago = max(1, round(days * (1 - moment**0.6)))
    left = int(days_ago * leaving / _LEAVING_RATE) if leaving < _LEAVING_RATE else None
    return PlannedJoin(account, days_ago, _choose_way(way), left)


def _choose_way(chance: float) -> str:
    bound = 0.0
    for way, part in _WAYS:
        bound += part
        if chance < bound:
            return way
    return _WAYS[-1][0]
