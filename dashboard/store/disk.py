"""Tells a disk without room from what else can go wrong: it is nobody's file's fault, and a person must make room."""

import errno

import duckdb

_FULL = (errno.ENOSPC, errno.EDQUOT)
_TROUBLED = (*_FULL, errno.EIO, errno.EMFILE, errno.ENFILE, errno.EROFS)
_WORDS = ("No space left on device", "max_temp_directory_size", "Disk quota exceeded")


def is_full(error: BaseException) -> bool:
    """Return whether an error says that the disk has no room; DuckDB and Arrow say so in words."""
    if isinstance(error, OSError) and error.errno in _FULL:
        return True
    return isinstance(error, duckdb.Error | OSError) and any(word in str(error) for word in _WORDS)


def is_machine_fault(error: BaseException) -> bool:
    """Return whether an error is the machine's, whatever file was being read."""
    return is_full(error) or (isinstance(error, OSError) and error.errno in _TROUBLED)
