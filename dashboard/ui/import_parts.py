"""The parts of the import page: uploads kept for this session, what was understood, what was refused, the history."""

import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.coverage.days import take_snapshot
from dashboard.enrolment.consent_file import ConsentResult, import_consents, read_consent_file
from dashboard.errors import BadInput
from dashboard.registry.header_aliases import load_headers
from dashboard.registry.import_jobs import list_refused_files
from dashboard.registry.import_log import ImportResult, list_imports, list_rejected
from dashboard.registry.preview import FilePreview, preview_export
from dashboard.registry.sources import Upload
from dashboard.store.clock import india_day
from dashboard.ui.audit_parts import name_actor
from dashboard.ui.downloads import offer_table
from dashboard.ui.errors import explain, show_error, told
from dashboard.ui.formats import duration, group_digits
from dashboard.ui.header_parts import offer_headers
from dashboard.ui.tables import Column, escape_marks, show_table
from dashboard.ui.visitor import Visitor
from dashboard.ui.words import current_language, t, t_or_code

_KINDS = ["csv", "txt", "tsv", "xlsx", "xlsm", "xlsb", "xls", "ods", "gz", "zip"]
_FOLDER = "import_folder"
_MOST_REFUSED_FILES = 10


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


def show_exports(visitor: Visitor) -> None:
    """Upload billing exports, see what was understood, confirm."""
    if show_import(visitor):
        return
    files = st.file_uploader(
        t("import_data.choose"),
        _KINDS,
        accept_multiple_files=True,
        key=_uploader_key(),
        help=t("import_data.choose_help"),
    )
    if not files:
        _show_hint(visitor, "import_data.hint")
        return
    uploads = keep_uploads(files)
    previews: dict[Path, list[FilePreview]] = {}
    for upload in uploads:
        with told():
            with st.spinner(t("import_data.reading", file=upload.name), show_time=True):
                sheets = _preview_or_offer(visitor, upload)
            for number, sheet in enumerate(sheets):
                _show_preview(sheet)
                offer_headers(visitor, sheet.unused, f"{upload.path.parent.name}_{number}")
            previews[upload.path] = sheets
    rows = sum(sheet.usable for sheets in previews.values() for sheet in sheets)
    if not rows:
        st.caption(t("import_data.nothing_usable"))
        return
    label = t("import_data.confirm", count=group_digits(rows))
    is_whole = len(previews) == len(uploads)
    if st.button(
        label, type="primary", icon=":material/upload:", disabled=not is_whole, key="import_confirm"
    ):
        _import(visitor, uploads)


def _show_hint(visitor: Visitor, key: str) -> None:
    """Say how to choose a file, since Streamlit's own words in the field are English, and what happens then."""
    st.caption(f"{t('import_data.how_to_choose', limit=visitor.rt.settings.upload_limit_mb)} {t(key)}")


def _uploader_key() -> str:
    return f"import_files_{st.session_state.setdefault('import_round', 0)}"


def _preview(visitor: Visitor, upload: Upload) -> list[FilePreview]:
    """Read a file once a session, not at every click."""
    known = st.session_state.setdefault("import_previews", {})
    key = str(upload.path)
    if key not in known:
        known[key] = preview_export(visitor.scope, upload, load_headers(visitor.rt.db))
    return known[key]


def _preview_or_offer(visitor: Visitor, upload: Upload) -> list[FilePreview]:
    """Read a file; where its account column is not known, offer to name it beside the refusal."""
    try:
        return _preview(visitor, upload)
    except BadInput as error:
        if error.code == "no_account_column":
            offer_headers(visitor, error.values["headers"], upload.path.parent.name)
        raise


def _show_preview(preview: FilePreview) -> None:
    with st.container(border=True):
        usable = t("import_data.usable", count=group_digits(preview.usable))
        st.markdown(f"**{escape_marks(preview.name)}** · {usable}")
        mapped = ", ".join(
            f"{escape_marks(column)} → {t_or_code('field', field)}"
            for field, column in preview.mapped.items()
        )
        st.markdown(f":material/check: {t('import_data.mapped', columns=mapped)}")
        if preview.unused:
            st.caption(t("import_data.unused", columns=escape_marks(", ".join(preview.unused[:30]))))
        aside = sum(preview.not_rows.values())
        if aside:
            st.caption(t("import_data.aside", count=group_digits(aside)))
        _tell_notes(preview.notes)
        if not preview.first_rows.empty:
            st.dataframe(
                preview.first_rows, hide_index=True, alt=t("import_data.first_rows", file=preview.name)
            )
        if not preview.refused.empty:
            _show_refused(preview.refused, preview.name)


def _tell_notes(notes: Mapping[str, int]) -> None:
    """Say what a spreadsheet hides, merges or holds beside its data."""
    told_notes = [t(f"import_data.note_{what}", count=group_digits(count)) for what, count in notes.items()]
    if told_notes:
        st.caption(" ".join(told_notes))


def _show_refused(refused: pd.DataFrame, name: str) -> None:
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


def show_import(visitor: Visitor) -> bool:
    """Show the import under way, or how the last one of this session ended; True while one runs."""
    job = visitor.rt.imports.look(visitor.scope)
    if job is not None and job.is_running:
        st.session_state["import_watched"] = True
        _watch(visitor)
        return True
    if job is not None and st.session_state.pop("import_watched", False):
        if job.result is not None:
            _show_done(job.result)
        elif job.error is not None:
            show_error(job.error)
            st.caption(t("import_data.cancelled_hint"))
    return False


@st.fragment(run_every=1.0)
def _watch(visitor: Visitor) -> None:
    job = visitor.rt.imports.look(visitor.scope)
    if job is None or not job.is_running:
        st.rerun()
    with st.container(border=True, key="import_running"):
        names = escape_marks(shorten_list(job.names))
        st.markdown(f"**{t('import_data.running', files=names, by=name_actor(job.username))}**")
        st.progress(min(job.share, 1.0), t(f"import_data.step_{job.step}"))
        left = job.seconds_left
        st.caption(
            t("import_data.time_left", time=duration(left, current_language()))
            if left is not None
            else t("import_data.time_unknown")
        )
        if st.button(t("import_data.cancel"), icon=":material/cancel:", key="import_cancel"):
            with told():
                visitor.rt.imports.cancel(visitor.scope)


def shorten_list(names: Sequence[str], most: int = 3) -> str:
    """Return the first names of many, and how many more there are."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" +{more}" if more > 0 else "")


def _import(visitor: Visitor, uploads: list[Upload]) -> None:
    with told():
        visitor.rt.imports.start(visitor.scope, uploads)
        st.session_state["import_round"] += 1
        st.session_state["import_previews"] = {}
        st.session_state["import_watched"] = True
        st.rerun()


def _show_done(result: ImportResult) -> None:
    st.success(
        t("import_data.done", accepted=group_digits(result.accepted), new=group_digits(result.new), changed=group_digits(result.changed),
          unchanged=group_digits(result.unchanged), rejected=group_digits(result.rejected)),
        icon=":material/task_alt:",
    )  # fmt: skip
    notes: Counter[str] = Counter()
    for file in result.files:
        notes.update(file.notes)
    _tell_notes(notes)


def show_consents(visitor: Visitor) -> None:
    """Upload opt-ins collected on paper or by form, see the judgement row by row, confirm."""
    rt = visitor.rt
    if done := st.session_state.pop("import_consents_done", None):
        st.success(
            t(
                "import_data.consents_done",
                accepted=group_digits(done.accepted),
                rejected=group_digits(done.rejected),
                unchanged=group_digits(done.unchanged),
            ),
            icon=":material/task_alt:",
        )
    file = st.file_uploader(
        t("import_data.choose_consents"),
        _KINDS,
        key=f"consent_{_uploader_key()}",
        help=t("import_data.choose_consents_help"),
    )
    if file is None:
        _show_hint(visitor, "import_data.consents_hint")
        return
    upload = keep_uploads([file])[0]
    with told():
        result = read_consent_file(rt.db, visitor.scope, upload.path, rt.clock, upload.name)
        _show_judgement(result, upload.name)
        label = t("import_data.confirm_consents", count=group_digits(result.accepted))
        if st.button(
            label,
            type="primary",
            icon=":material/upload:",
            disabled=not result.accepted,
            key="import_confirm_consents",
        ):
            st.session_state["import_consents_done"] = import_consents(
                rt.db, visitor.scope, upload.path, rt.clock, refresh=rt.refresh, name=upload.name
            )
            rt.db.write(lambda cursor: take_snapshot(cursor, india_day(rt.clock())))
            st.session_state["import_round"] += 1
            st.rerun()


def _show_judgement(result: ConsentResult, name: str) -> None:
    with st.container(border=True):
        st.markdown(
            f"**{escape_marks(name)}** · {t('import_data.consents_good', count=group_digits(result.accepted))}"
        )
        if result.unchanged:
            st.caption(t("import_data.consents_known", count=group_digits(result.unchanged)))
        if not result.rejects.empty:
            _show_refused(result.rejects, name)


def show_inbox(visitor: Visitor) -> None:
    """Say where the drop folder is and what it put aside, with the reason."""
    folder = visitor.rt.settings.data_dir / "inbox"
    st.caption(t("import_data.inbox_hint", folder=escape_marks(str(folder))))
    for name, error in list_refused_files(folder, visitor.scope)[:_MOST_REFUSED_FILES]:
        st.warning(f"**{escape_marks(name)}**: {explain(error)}", icon=":material/move_to_inbox:")


def show_history(visitor: Visitor) -> None:
    """Show the latest imports; a chosen one's refused rows can be taken along."""
    runs = list_imports(visitor.rt.db, visitor.scope)
    if runs.empty:
        st.caption(t("import_data.no_history"))
        return
    shown = runs.assign(
        kind=[t(f"import_data.kind_{kind}") for kind in runs["kind"]],
        username=[name_actor(username) for username in runs["username"]],
    )
    columns = {
        "finished_at": Column(t("import_data.at"), "moment", pinned=True), "kind": Column(t("import_data.kind")), "file_names": Column(t("import_data.files")),
        "username": Column(t("import_data.by")), "accepted": Column(t("import_data.accepted"), "count"), "new": Column(t("import_data.new"), "count"),
        "changed": Column(t("import_data.changed"), "count"), "rejected": Column(t("import_data.rejected"), "count"),
    }  # fmt: skip
    chosen = show_table(shown, columns, key="import_history", alt=t("import_data.history"), pick=True)
    if chosen is not None:
        refused = list_rejected(visitor.rt.db, visitor.scope, int(runs["import_id"].iloc[chosen]))
        if refused.empty:
            st.caption(t("import_data.none_refused"))
        else:
            _show_refused(refused, f"import_{runs['import_id'].iloc[chosen]}")
