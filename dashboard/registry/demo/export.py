"""Writes the demonstration's export: several files, streamed, the same bytes for the same seed."""

import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from dashboard.errors import BadInput
from dashboard.registry.demo.cells import CellStyle, line_bytes
from dashboard.registry.demo.divisions import Division, plan_divisions
from dashboard.registry.demo.odd_rows import write_odd_lines
from dashboard.registry.demo.office_names_file import write_office_names
from dashboard.registry.demo.rows import COLUMNS, MOST_CONSUMERS, Export, write_division

Progress = Callable[[int, int], None]
_MONTH = "2026-06"
_ROWS_A_PART = 1_000_000
_WORTH_WORKERS = 400_000  # consumers below which starting processes takes longer than it saves
_MOST_WORKERS = 4
_QUOTED = frozenset({"KESCO"})  # discoms whose files have every cell in quotes …
_MARKED = frozenset({"KESCO", "PVVNL"})  # … and that begin with a byte order mark
_BYTE_ORDER_MARK = "\ufeff"


@dataclass(frozen=True)
class _Part:
    path: Path
    discom: str
    divisions: tuple[Division, ...]

    @property
    def consumers(self) -> int:
        return sum(division.consumers for division in self.divisions)


def write_demo(consumers: int, seed: int, out: Path, progress: Progress | None = None) -> list[Path]:
    """Write a made-up billing export of the whole state and return its CSV files in the order of the offices.

    Beside them lies `offices_hi.csv` with the Hindi names of the offices (not in the list: it is no export).
    `progress(rows done, rows in all)` is called as parts are finished. Rows stream: memory does not grow with consumers.
    Raises BadInput("consumer_count") below 1 or above 6 crore, ("folder_not_empty") where `out` holds files already.
    """
    if not 1 <= consumers <= MOST_CONSUMERS:
        raise BadInput("consumer_count", most=MOST_CONSUMERS)
    out.mkdir(parents=True, exist_ok=True)
    if any(out.iterdir()):
        raise BadInput("folder_not_empty", folder=str(out))
    divisions = plan_divisions(consumers, seed)
    write_office_names(divisions, seed, out)
    parts = _cut_parts(divisions, out)
    done = 0
    for rows in _write_parts(Export(seed, consumers, divisions[-1].place + 1), parts):
        done += rows
        if progress:
            progress(done, consumers)
    return [part.path for part in parts]


def _cut_parts(divisions: list[Division], out: Path) -> list[_Part]:
    """Cut each discom's divisions into files of about a million rows."""
    parts: list[_Part] = []
    for discom in dict.fromkeys(division.circle.discom for division in divisions):
        own = [division for division in divisions if division.circle.discom == discom]
        filled, groups = 0, dict[int, list[Division]]()
        for division in own:
            groups.setdefault(filled // _ROWS_A_PART, []).append(division)
            filled += division.consumers
        for number, group in enumerate(groups.values(), 1):
            parts.append(_Part(out / f"billed_{_MONTH}_{discom}_part{number:02d}.csv", discom, tuple(group)))
    return parts


def _write_parts(export: Export, parts: list[_Part]) -> Iterator[int]:
    """Write the parts, in processes of their own where it pays, and yield the consumers of each as it is finished.

    The processes are spawned, not forked: the caller may have threads.
    """
    workers = min(os.cpu_count() or 1, len(parts), _MOST_WORKERS)
    if workers < 2 or export.consumers < _WORTH_WORKERS:
        yield from (_write_part(export, part) for part in parts)
        return
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn"), _go_with_parent) as pool:
        waiting = [pool.submit(_write_part, export, part) for part in parts]
        for finished in as_completed(waiting):
            yield finished.result()


def _go_with_parent() -> None:
    """Leave Ctrl-C to the parent, which ends the pool: no second stack trace."""
    import signal

    with suppress(ValueError):
        signal.signal(signal.SIGINT, signal.SIG_IGN)


def _write_part(export: Export, part: _Part) -> int:
    style = CellStyle(part.discom in _QUOTED)
    with part.path.open("wb") as file:
        mark = _BYTE_ORDER_MARK if part.discom in _MARKED else ""
        file.write((mark + style.line(COLUMNS)).encode())
        for division in part.divisions:
            lines = write_division(export, division, style)
            file.write(line_bytes(lines))
            file.write(write_odd_lines(export, division, lines, style))
    return part.consumers
