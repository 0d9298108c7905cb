"""A large notice on its way to its approvers: how far it is, how long it takes, and a way to give it up."""

import streamlit as st

from dashboard.notices.draft import NoticeDraft
from dashboard.notices.drafting import is_large, save_draft, submit
from dashboard.ui import navigation
from dashboard.ui.errors import show_error, told
from dashboard.ui.share_parts import show_share
from dashboard.ui.template_words import titles_of
from dashboard.ui.visitor import Visitor
from dashboard.ui.words import t


def submit_draft(visitor: Visitor, draft: NoticeDraft, notice_id: int | None) -> None:
    """Submit a draft and open it among the notices; a large one beside the page, which then shows how far it is."""
    rt, scope = visitor.rt, visitor.scope
    if not is_large(rt.db, scope, draft):
        navigation.open_page("notices", notice=str(submit(rt.db, scope, rt.clock, draft, notice_id)))
        return
    draft_id = save_draft(rt.db, scope, rt.clock, draft, notice_id)  # what is left where it is given up
    st.query_params["notice"] = str(draft_id)
    rt.freezes.start(scope, draft, draft_id)
    st.rerun()


def show_freeze(visitor: Visitor) -> bool:
    """Show the submission under way, or how it ended; True while one runs."""
    job = visitor.rt.freezes.look(visitor.scope)
    if job is not None and job.is_running:
        _watch(visitor)
        return True
    ended = visitor.rt.freezes.take(visitor.scope)
    if ended is not None and ended.notice_id is not None:
        navigation.open_page("notices", notice=str(ended.notice_id))
    elif ended is not None and ended.error is not None:
        show_error(ended.error)
    return False


@st.fragment(run_every=1.0)
def _watch(visitor: Visitor) -> None:
    job = visitor.rt.freezes.look(visitor.scope)
    if job is None or not job.is_running:
        st.rerun()
    with st.container(border=True, key="freeze_running"):
        st.markdown(f"**{t('compose.freezing', template=titles_of([job.template])[job.template])}**")
        show_share("compose", job.share, job.step, job.seconds_left)
        label, is_cancelled = t("compose.freeze_cancel"), job.is_cancelled
        if st.button(label, icon=":material/cancel:", disabled=is_cancelled, key="freeze_cancel"):
            with told():
                visitor.rt.freezes.cancel(visitor.scope)
