"""The parts of the import page that take exports: what was understood, the import under way and its end."""

from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from dashboard.errors import BadInput
from dashboard.registry.header_aliases import load_headers
from dashboard.registry.import_log import ImportResult
from dashboard.registry.preview import FilePreview, preview_export
from dashboard.registry.sources import Upload
from dashboard.ui.audit_parts import name_actor
from dashboard.ui.errors import show_error, told
from dashboard.ui.formats import group_digits
from dashboard.ui.header_parts import offer_headers
from dashboard.ui.share_parts import show_share
from dashboard.ui.tables import escape_marks
from dashboard.ui.uploads import KINDS, keep_uploads, show_hint, show_refused, tell_notes, uploader_key
from dashboard.ui.visitor import Visitor
from dashboard.ui.words import t, t_or_code


def show_exports(visitor: Visitor) -> None:
    """Upload billing exports, see what was understood, confirm."""
    if show_import(visitor):
        return
    files = st.file_uploader(
        t("import_data.choose"),
        KINDS,
        accept_multiple_files=True,
        key=uploader_key(),
        help=t("import_data.choose_help"),
    )
    if not files:
        show_hint(visitor, "import_data.hint")
        return
    uploads = keep_uploads(files)
    previews: dict[Path, list[FilePreview]] = {}
    for upload in uploads:
        with told():
            with st.spinner(t("import_data.reading", file=escape_marks(upload.name)), show_time=True):
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
        if preview.mapped:
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
        tell_notes(preview.notes)
        if not preview.first_rows.empty:
            st.dataframe(
                preview.first_rows, hide_index=True, alt=t("import_data.first_rows", file=preview.name)
            )
        if not preview.refused.empty:
            show_refused(preview.refused, preview.name)


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
        show_share("import_data", job.share, job.step, job.seconds_left)
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
    tell_notes(result.notes)
