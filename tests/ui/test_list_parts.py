"""Rows of somebody's file on a page."""

import pandas as pd

from dashboard.ui.list_parts import show_first


def test_a_refused_row_is_no_markup_on_the_page() -> None:
    rejects = pd.DataFrame({"row_no": range(12), "reason": ["unknown"] * 12, "row": ["![x](http://a)"] * 12})
    shown = show_first(rejects)
    assert len(shown) == 10
    assert shown["row"][0].startswith(r"\!\[x\]\(") and rejects["row"][0] == "![x](http://a)"
