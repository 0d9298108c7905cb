"""A million dirty cells judged twice: by the SQL of the product and by the second opinion in Python. Prints what differs.

Run: .venv/bin/python tests/bench/bench_phone.py [--cells N] [--seed S]
"""

import argparse
import sys
import time

from dashboard.registry.phone import judge
from tests.registry.phone_judge import judge_cell, make_cells

_AT_ONCE = 100_000


def main() -> int:
    """Return 1 where the two disagree on any cell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cells", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    differing, seconds = 0, 0.0
    for start in range(0, options.cells, _AT_ONCE):
        cells = make_cells(min(_AT_ONCE, options.cells - start), options.seed + start)
        began = time.process_time()
        judged = judge(cells)
        seconds += time.process_time() - began
        for cell, verdict in zip(cells, judged, strict=True):
            if (expected := judge_cell(cell)) != (verdict.mobile, verdict.verdict):
                differing += 1
                print(f"{cell!r}: {(verdict.mobile, verdict.verdict)}, second opinion {expected}")
    print(
        f"{options.cells} cells, {differing} differing; SQL {options.cells / seconds:,.0f} cells a second of CPU"
    )
    return int(differing > 0)


if __name__ == "__main__":
    sys.exit(main())
