"""What is kept in memory: asked for once, forgotten with the next commit that may alter it, bounded."""

from pathlib import Path

import pytest

from dashboard.errors import Refused
from dashboard.store.database import Cursor, Database, open_database
from dashboard.store.shelf import Shelf


@pytest.fixture
def db(tmp_path: Path):
    opened = open_database(tmp_path / "setu.duckdb", memory_limit="512MB", threads=1)
    yield opened
    opened.close()


def add(name: str):
    def change(cursor: Cursor) -> None:
        cursor.execute("INSERT INTO fact VALUES (?, 'x')", [name])

    return change


def count(db: Database) -> int:
    with db.read() as cursor:
        return int(cursor.execute("SELECT count(*) FROM fact WHERE value = 'x'").fetchall()[0][0])


def test_what_was_asked_is_known_until_a_commit(db: Database) -> None:
    assert db.recall("facts", lambda: count(db)) == 0
    assert db.recall("facts", lambda: pytest.fail("asked twice")) == 0
    db.write(add("a"))
    assert db.recall("facts", lambda: count(db)) == 1


def test_a_commit_that_alters_no_page_forgets_nothing(db: Database) -> None:
    db.recall("facts", lambda: count(db))
    db.write(add("a"), alters_pages=False)
    assert db.recall("facts", lambda: count(db)) == 0


def test_a_refused_change_beside_others_hides_no_commit(db: Database) -> None:
    db.recall("facts", lambda: count(db))

    def refuse(cursor: Cursor) -> None:
        raise Refused("office")

    waiting = [db.write_later(refuse), db.write_later(add("a"))]
    with pytest.raises(Refused):
        waiting[0].result()
    waiting[1].result()
    assert db.recall("facts", lambda: count(db)) == 1


def test_an_answer_overtaken_by_a_commit_is_not_kept(db: Database) -> None:
    def ask_slowly() -> int:
        before = count(db)
        db.write(add("a"))
        return before

    assert db.recall("facts", ask_slowly) == 0
    assert db.recall("facts", lambda: count(db)) == 1


def test_bulk_work_forgets_too(db: Database) -> None:
    db.recall("facts", lambda: count(db))
    with db.bulk() as cursor:
        add("a")(cursor)
    assert db.recall("facts", lambda: count(db)) == 1


def test_what_raises_is_asked_again(db: Database) -> None:
    def refuse() -> int:
        raise Refused("office")

    with pytest.raises(Refused):
        db.recall("facts", refuse)
    assert db.recall("facts", lambda: 7) == 7


def test_the_shelf_keeps_the_most_used_of_so_many() -> None:
    shelf = Shelf(most=2)
    for key in ("a", "b", "a", "c"):
        shelf.get(1, key, lambda key=key: key.upper())
    assert shelf.get(1, "a", lambda: "asked again") == "A"
    assert shelf.get(1, "b", lambda: "asked again") == "asked again"


def test_what_is_kept_to_the_letter_goes_by_every_commit_that_may_alter_accounts(db: Database) -> None:
    assert db.recall_to_the_letter("facts", lambda: count(db)) == 0
    assert db.recall_to_the_letter("facts", lambda: pytest.fail("asked twice")) == 0
    db.write(add("a"), alters_pages=False)
    assert db.recall_to_the_letter("facts", lambda: count(db)) == 1
    db.write(add("b"), alters_pages=False, alters_accounts=False)
    assert db.recall_to_the_letter("facts", lambda: pytest.fail("asked though no account is altered")) == 1
    waiting = [db.write_later(add("c"), alters_pages=False, alters_accounts=False), db.write_later(add("d"))]
    assert [one.result() for one in waiting] == [None, None]
    assert db.recall_to_the_letter("facts", lambda: count(db)) == 4
