"""Where the rows of one file go while it is read: typed and judged by their own text, into the table of the import's rows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa

from dashboard.registry.kruti_dev import COMMON_LETTERS, read_cells, suspicious_pattern
from dashboard.registry.plain_files import all_sound
from dashboard.store.database import Cursor
from dashboard.store.queries import load_queries

queries = load_queries(Path(__file__).with_name("intake.sql"))
FILE_ROWS = 1 << 40  # rows of one file are numbered within so many
_MOST_PICKED = 50_000  # rows that are picked out of a file one by one
BLOCK_ROWS = 122_880  # rows that DuckDB keeps together
_STRAY_SHARE = 500  # a division with fewer than one in so many of a sample's consumers is a stray's
_MOST_NEIGHBOURS = 4  # times a file's rows, and …
_ALWAYS_LOOKED_AT = 1_000_000  # more consumers: among so many those are looked for that the file speaks of
_MOST_LOOKED_AT = 2_500_000  # DuckDB holds all that is known of them, of two files at a time, in some 5 GB
_AS_THEY_ARE = "SELECT * FROM judged"


def span_of(file_no: int) -> dict[str, int]:
    """Return the numbers of the first and the last row that a file can have."""
    return {"first_seq": file_no * FILE_ROWS, "last_seq": (file_no + 1) * FILE_ROWS - 1}


@dataclass(frozen=True)
class Intake:
    """One file's part of the table `next_row`.

    `take` and `add` take relations that yield row_no, FIELDS, is_sound, breaks and may_hide.
    """

    cursor: Cursor
    file_no: int
    import_id: int
    today: date
    merges: bool = False  # rows with what the registry knows of their consumers, as far as a sample tells where these stand

    @property
    def first_seq(self) -> int:
        return span_of(self.file_no)["first_seq"]

    @property
    def last_seq(self) -> int:
        return self.first_seq + FILE_ROWS - 1

    def take(self, relation: str, sample: str, row_count: int) -> None:
        """Take all rows of the file, some `row_count`, in place of what was taken of it before; `sample` yields some of them, or all.

        They are then seen in the view `seen`: row_no, account_no, is_sound, breaks, may_hide. Raises what DuckDB raises of a file.
        """
        interval = {"first_seq": self.first_seq, "last_seq": self.last_seq}
        self.cursor.execute(queries.keep_cells.sql.replace("{sample}", sample))
        self._keep_sample(sample, row_count)
        queries.delete_rows(self.cursor, **interval)
        self.cursor.execute(queries.see_rows.sql.format(**interval))
        self.add(relation)

    def add(self, relation: str) -> None:
        """Take further rows of the file."""
        self._add(relation, self._merging())

    def _add(self, relation: str, end: str) -> None:
        sql = queries.take_rows.sql.format(
            relation="{relation}", end=end, odd_name=_odd_text("name"), odd_address=_odd_text("address")
        )
        self.cursor.execute(
            sql.replace("{relation}", relation),
            {"first_seq": self.first_seq, "import_id": self.import_id, "today": self.today},
        )

    def _keep_sample(self, sample: str, row_count: int) -> None:
        """Keep where the consumers of the file probably stand; nowhere if its rows come from everywhere, or are not to be merged."""
        sample = sample if self.merges else f"{sample} LIMIT 0"
        sql = queries.keep_sample.sql.format(sample="{sample}", stray_share=_STRAY_SHARE)
        self.cursor.execute(sql.replace("{sample}", sample))
        count, _, _ = queries.count_neighbours(self.cursor)
        if count > min(_MOST_NEIGHBOURS * row_count + _ALWAYS_LOOKED_AT, _MOST_LOOKED_AT):
            self.cursor.execute("DELETE FROM sample_office")

    def _merging(self) -> str:
        """Return the end of `take_rows` that merges rows with what is known of the sample's offices."""
        count, first_no, last_no = queries.count_neighbours(self.cursor)
        if not count:
            return _AS_THEY_ARE
        return str(queries.know_rows.sql.format(first_no=first_no, last_no=last_no, merge=queries.merge.sql))

    def take_whole(self, relation: str) -> None:
        """Take the file's rows in `staging.merged_twice` once more, as they are; `relation` yields row_no and FIELDS.

        None of them has letters to decode: such rows are not merged while they are read.
        """
        queries.want_rows(self.cursor, first_seq=self.first_seq, last_seq=self.last_seq)
        wanted = queries.pick_wanted.sql.replace("{relation}", relation)
        self.cursor.execute(queries.keep_cells.sql.replace("{sample}", wanted))
        queries.delete_wanted(self.cursor, first_seq=self.first_seq)
        self._add(all_sound(wanted), _AS_THEY_ARE)

    def drop_unsound(self) -> None:
        """Let go of the rows that do not look like a consumer."""
        queries.delete_unsound(self.cursor, first_seq=self.first_seq, last_seq=self.last_seq)

    def keep_paths(self, relation: str, pick: Callable[[Sequence[int]], str] | None = None) -> None:
        """Keep the different office columns of a relation; where rows can be picked out of it, only one of each is read."""
        wanted = [row_no for (row_no,) in queries.list_path_rows(self.cursor)] if pick else []
        if pick and len(wanted) <= _MOST_PICKED:
            if wanted:
                self._keep_paths(pick(wanted))
            if not queries.count_unknown_paths(self.cursor):
                return
        self._keep_paths(relation)

    def _keep_paths(self, relation: str) -> None:
        self.cursor.execute(queries.keep_paths.sql.replace("{relation}", relation))

    def keep_blocks(self) -> None:
        """Keep which office columns stand in which block of the file."""
        queries.keep_blocks(self.cursor, file_no=self.file_no, block_rows=BLOCK_ROWS)

    def decode_texts(self) -> None:
        """Read what the file has in the letters of Kruti Dev: each different cell once, whatever its rows."""
        decoded = read_cells(text for (text,) in queries.list_odd_texts(self.cursor))
        if not decoded:
            return
        self.cursor.register(
            "decoded_texts", pa.table({"text": list(decoded), "decoded": list(decoded.values())})
        )
        queries.keep_original(self.cursor)
        queries.keep_decoded(self.cursor, first_seq=self.first_seq, last_seq=self.last_seq)
        queries.delete_decoded(self.cursor)
        queries.insert_decoded(self.cursor)
        self.cursor.unregister("decoded_texts")


def _odd_text(name: str) -> str:
    """Return the SQL that keeps a cell which may be in the letters of Kruti Dev.

    First four letters that such a cell can hardly do without, which costs little.
    """
    pattern = suspicious_pattern().replace("'", "''")
    letters = " OR ".join(f"contains({name}, '{letter}')" for letter in COMMON_LETTERS)
    return f"CASE WHEN ({letters}) AND regexp_matches({name}, '{pattern}') THEN {name} END"
