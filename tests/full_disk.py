"""A disk that is full, for real: no file of this process may be written beyond a size."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def full_disk(database: Path, room: int = 0) -> Iterator[None]:
    """Let the database's log become no larger than it is now, and `room` bytes; its file is not written beyond that either."""
    log = database.with_name(f"{database.name}.wal")
    size = log.stat().st_size if log.exists() else 0
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + room, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
