"""Files that people upload: kept for this session, and what was refused of them."""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.registry.sources import Upload
from dashboard.ui.downloads import offer_table
from dashboard.ui.formats import group_digits
from dashboard.ui.tables import Column, show_table
from dashboard.ui.visitor import Visitor
from dashboard.ui.words import t, t_or_code

KINDS = ["csv", "txt", "tsv", "xlsx", "xlsm", "xlsb", "xls", "ods", "xml", "htm", "html", "gz", "zip"]
_FOLDER = "import_folder"
_WARNED = "older_export"


def keep_uploads(files: Sequence[Any]) -> list[Upload]:
    """Write uploaded files into a folder of this session, once each, and return where they lie."""
    folder = st.session_state.setdefault(_FOLDER, tempfile.TemporaryDirectory(prefix="setu-upload-"))
    uploads = []
    for file in files:
        # Under its own name, because that is what a refusal tells; cut, because a folder takes 255 bytes.
        name = Path(file.name)
        path = Path(folder.name) / file.file_id / f"{name.stem[:60]}{name.suffix.lower()}"
        if not path.exists():
            path.parent.mkdir()
            path.write_bytes(file.getbuffer())
        uploads.append(Upload(path, file.name))
    return uploads


def show_hint(visitor: Visitor, key: str) -> None:
    """Say how to choose a file, since Streamlit's own words in the field are English, and what happens then."""
    st.caption(f"{t('import_data.how_to_choose', limit=visitor.rt.settings.upload_limit_mb)} {t(key)}")


def uploader_key() -> str:
    """Return the key of the field for files: another one once they are taken, so that it stands empty."""
    return f"import_files_{st.session_state.setdefault('import_round', 0)}"


def tell_notes(notes: Mapping[str, int]) -> None:
    """Say what is to be known of an import's files: what they hide, merge or hold beside their rows, and whether they seem to be old."""
    told = {what: t(f"import_data.note_{what}", count=group_digits(count)) for what, count in notes.items()}
    if _WARNED in told:
        st.warning(told.pop(_WARNED), icon=":material/history:")
    if told:
        st.caption(" ".join(told.values()))


def show_refused(refused: pd.DataFrame, name: str) -> None:
    """Show refused rows with their reason, and offer all of them as a file."""
    st.warning(t("import_data.refused", count=group_digits(len(refused))), icon=":material/block:")
    shown = refused.assign(reason=[t_or_code("refusal", reason) for reason in refused["reason"]])
    columns = {
        "row_no": Column(t("import_data.row_no"), "count"),
        "reason": Column(t("import_data.reason")),
        "row": Column(t("import_data.row")),
    }
    show_table(
        shown.head(200),
        columns,
        key=f"import_refused_{name}",
        alt=t("import_data.refused", count=len(refused)),
        rows=6,
    )
    offer_table(shown, f"refused_{Path(name).stem}.csv", key=f"import_refused_file_{name}")
