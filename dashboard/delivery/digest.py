"""The sha256 over all that a job will send, made of its messages' own columns: what an approver approves."""

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dashboard.store.database import Cursor
from dashboard.store.queries import load_queries

_queries = load_queries(Path(__file__).with_name("digest.sql"))
_STRETCH = 1 << 18  # messages read and hashed at a time


def content_digest(cursor: Cursor, job_id: int) -> str:
    """Return the sha256 (hex) over a job: template, language, and every message with its number, account, mobile and values."""
    return messages_digest(cursor, job_id, _queries.head_of_job(cursor, job_id=job_id))


def head_digest(
    cursor: Cursor, kind: str, template: str, language: str, parameter_names: Sequence[str]
) -> str:
    """Return the sha256 (hex) over what stands above a job's messages."""
    names = json.dumps(list(parameter_names))
    return str(
        _queries.head_digest(cursor, kind=kind, template=template, language=language, parameter_names=names)
    )


def messages_digest(
    cursor: Cursor, job_id: int, head: str, tell: Callable[[float], None] = lambda share: None
) -> str:
    """Return the sha256 (hex) over a head and all messages under a job's number; also of a job that is only being made.

    Messages are read in the order of their numbers, stretch by stretch: what is held in memory does not grow with the send.
    Each stretch gives its columns one after the other, numbers as they stand in memory (little-endian), texts as their lengths
    and then their letters, so that nothing can move from one cell into the next unnoticed.
    """
    digest = hashlib.sha256(head.encode())
    first_no, last_no = _queries.message_span(cursor, job_id=job_id)
    if first_no is None:
        return digest.hexdigest()
    for start in range(first_no - first_no % _STRETCH, last_no + 1, _STRETCH):
        tell(max(0, start - first_no) / (last_no - first_no + 1))
        asked = {"job_id": job_id, "first_no": start, "last_no": start + _STRETCH - 1}
        table = cursor.execute(_queries.read_stretch.sql, asked).to_arrow_table()
        for column in table.columns:
            _take_in(digest, pa.concat_arrays(column.chunks))
    return digest.hexdigest()


def _take_in(digest: Any, column: pa.Array) -> None:
    """Hash one column whole: an array of numbers, of texts, or of lists of texts."""
    if pa.types.is_list(column.type):
        digest.update(_measure(column))
        column = column.flatten()
    if not pa.types.is_integer(column.type):
        digest.update(_measure(column))
        column = column.cast(pa.large_string())
        offsets = np.frombuffer(column.buffers()[1], np.int64, len(column) + 1, column.offset * 8)
        letters = column.buffers()[2]
        if letters is not None:
            digest.update(memoryview(letters)[int(offsets[0]) : int(offsets[-1])])
    else:
        digest.update(np.ascontiguousarray(column.to_numpy(zero_copy_only=False)).data)


def _measure(column: pa.Array) -> memoryview:
    """Return how long each text or list is, -1 where there is none."""
    count = pc.list_value_length if pa.types.is_list(column.type) else pc.binary_length
    lengths = count(column).fill_null(-1).cast(pa.int32())
    return np.ascontiguousarray(lengths.to_numpy(zero_copy_only=False)).data
