"""Randomness by counting: what a row gets depends on the seed, a stream's name and the row's own number, on nothing else.

So rows may be written in any order, by any process, and come out the same. The mixer is splitmix64
(Steele, Lea, Flood 2014), whose bytes no library release can change.
"""

import hashlib

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.uint64]
Places = NDArray[np.int64]
_STEP = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_HALF = np.uint64(32)


def stream_key(seed: int, stream: str) -> np.uint64:
    """Return the 64 bits that set one stream of one seed apart from all others."""
    digest = hashlib.blake2b(f"{seed}/{stream}".encode(), digest_size=8).digest()
    return np.uint64(int.from_bytes(digest, "little"))


def draw(seed: int, stream: str, numbers: Counts) -> Counts:
    """Return 64 random bits for each number."""
    with np.errstate(over="ignore"):
        mixed = numbers * _STEP + stream_key(seed, stream)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * _MIX_1
        mixed = (mixed ^ (mixed >> np.uint64(27))) * _MIX_2
    return mixed ^ (mixed >> np.uint64(31))


def pick(draws: Counts, size: int | NDArray[np.uint64]) -> Places:
    """Turn each draw into a place from 0 to size - 1 (sizes below 2**32), by its upper half."""
    return (((draws >> _HALF) * np.uint64(size)) >> _HALF).astype(np.int64)


def pick_low(draws: Counts, size: int) -> Places:
    """Turn each draw into a place by its lower half: a second choice out of the same draw."""
    return (((draws & np.uint64(0xFFFFFFFF)) * np.uint64(size)) >> _HALF).astype(np.int64)


def share(draws: Counts) -> NDArray[np.float64]:
    """Turn each draw into a number from 0 up to 1."""
    return (draws >> np.uint64(11)).astype(np.float64) * 2.0**-53


def draw_one(seed: int, stream: str, number: int) -> float:
    """Return one number from 0 up to 1; for the few choices made an office at a time."""
    return float(share(draw(seed, stream, np.array([number], np.uint64)))[0])


def spread(total: int, weights: NDArray[np.float64]) -> Places:
    """Spread a total over weights in whole parts that add up to it exactly (largest remainder)."""
    exact = total * weights / weights.sum()
    parts = np.floor(exact).astype(np.int64)
    short = total - int(parts.sum())
    parts[np.argsort(parts - exact, kind="stable")[:short]] += 1
    return parts
