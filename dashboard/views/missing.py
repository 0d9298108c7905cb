"""Numbers to collect: the consumers whose number is missing or unusable, as field staff need the list."""

import streamlit as st

from dashboard.registry.missing import count_missing, list_missing
from dashboard.ui import missing_parts as parts
from dashboard.ui.alone import show_alone
from dashboard.ui.formats import mask_cell
from dashboard.ui.office_picker import choose_office
from dashboard.ui.sequence_parts import show_sequences
from dashboard.ui.tables import show_personal_table
from dashboard.ui.visitor import Visitor
from dashboard.ui.words import t, t_or_code


def show_missing(visitor: Visitor) -> None:
    """Show an office's list: how many of which reason, the rows of one page, the download, sequences typed in the field."""
    db, scope = visitor.rt.db, visitor.scope

    office = choose_office(visitor, "missing")
    counts = count_missing(db, scope, office.code)
    if not counts:
        st.success(t("missing.none"), icon=":material/task_alt:")
        show_sequences(visitor, office)
        return

    choice = parts.choose_filter(visitor, office, counts)
    page = parts.choose_page(choice)
    rows = list_missing(
        db, scope, office.code, parts.ROWS_ON_A_PAGE, page * parts.ROWS_ON_A_PAGE, choice.filter
    )
    rows["reason"] = [t_or_code("reason", reason) for reason in rows["reason"]]
    rows["mobile_on_file"] = [mask_cell(cell) for cell in rows["mobile_on_file"]]
    show_personal_table(rows, parts.describe_columns(), alt=t("missing.table_alt"))
    parts.tell_more_columns()
    parts.offer_consumers(rows)
    parts.show_download(visitor, office, choice)
    show_sequences(visitor, office)


show_alone(show_missing)
