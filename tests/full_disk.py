"""A disk that is full, for real: no file of this process may grow beyond a size."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def full_disk(database: Path, room: int = 0) -> Iterator[None]:
    """Let no file become larger than the database's files are now, and `room` bytes."""
    sizes = [file.stat().st_size for file in database.parent.glob(f"{database.name}*")]
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (max(sizes) + room, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
