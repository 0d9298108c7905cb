"""Rows of somebody's file on a page."""

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.ui.catalogue import say


def _page() -> None:
    import pandas as pd

    from dashboard.ui.list_parts import show_rejects
    from dashboard.ui.words import begin_run

    begin_run()
    rows = {"row_no": range(12), "reason": ["unknown_account"] * 12, "row": ["![x](http://a)"] * 12}
    show_rejects(pd.DataFrame(rows), "list.csv", "rejects")


@pytest.mark.parametrize("language", ["hi", "en"])
def test_refused_rows_have_headings_in_the_readers_words_and_are_no_markup(language: str) -> None:
    page = AppTest.from_function(_page)
    page.session_state["language"] = language
    page.run(timeout=60)
    shown: pd.DataFrame = page.table[0].value
    headings = [say(language, f"import_data.{name}") for name in ("row_no", "reason", "row")]
    assert (list(shown.columns), len(shown)) == (headings, 10)
    assert shown[headings[2]].iloc[0].startswith(r"\!\[x\]\(")
    assert shown[headings[1]].iloc[0] == say(language, "refusal.unknown_account").replace(".", r"\.")
