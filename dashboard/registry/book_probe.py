"""A child process that opens a spreadsheet before we do: `python -m dashboard.registry.book_probe FILE`.

The library ends the process where the memory does not suffice, and a book of a few kilobytes can ask for any amount: a cell in
the last corner of a sheet, a thousand million repeated cells. Here that ends nobody but the child.
"""

import resource
import subprocess
import sys
from pathlib import Path

from python_calamine import CalamineWorkbook

_MOST_BYTES = 4 << 30  # of memory: a sheet of 1,50,000 rows with 30 columns took 0.38 GB
_MOST_SECONDS = 900  # of processor
_TOO_LARGE = 3


def can_be_opened(path: Path) -> bool:
    """Return whether opening a book leaves the process alive; what else may be wrong with it the caller finds out."""
    command = [sys.executable, "-m", __name__, str(path.absolute())]
    root = Path(__file__).parents[2]
    return subprocess.run(command, cwd=root, stderr=subprocess.DEVNULL, check=False).returncode in (0, 1)


def _open(path: str) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_BYTES, _MOST_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (_MOST_SECONDS, _MOST_SECONDS))
    try:
        book = CalamineWorkbook.from_path(path)
        for name in book.sheet_names:
            book.get_sheet_by_name(name)
    except MemoryError:
        sys.exit(_TOO_LARGE)


if __name__ == "__main__":
    _open(sys.argv[1])
