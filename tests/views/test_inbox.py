from dashboard.enrolment.inbound import InboundText, handle_inbound
from dashboard.notices.inbox import place_new
from dashboard.runtime import Runtime
from tests.conftest import NOON
from tests.views.conftest import DIVISION, Opener


def _ask(rt: Runtime) -> None:
    _say(rt, "w1", "When is *supply* back?")


def _say(rt: Runtime, wamid: str, text: str) -> None:
    with rt.db.read() as cursor:
        (mobile,) = cursor.execute(
            "SELECT min(mobile) FROM consumer JOIN office USING (office_no) WHERE state = 'enrolled' AND office_no BETWEEN"
            " (SELECT office_no FROM office WHERE code = ?) AND (SELECT last_no FROM office WHERE code = ?)",
            [DIVISION, DIVISION],
        ).fetchone() or (0,)
    handle_inbound(rt.db, rt.clock, rt.refresh, InboundText(wamid, mobile, text, NOON))
    place_new(rt.db)


def test_a_consumer_is_answered_from_the_page(rt: Runtime, open_page: Opener) -> None:
    _ask(rt)
    app = open_page("inbox", "ee")
    assert not app.exception
    app.button(key="inbox_read_0").click().run()
    assert not app.exception
    app.button(key="inbox_send").click().run()
    assert "empty" in app.error[0].value
    _say(rt, "w2", "And the bill?")  # comes after the page was drawn
    app.text_area(key="inbox_answer_0").set_value("In an hour.")
    app.button(key="inbox_send").click().run()
    assert any("meanwhile" in element.value for element in [*app.warning, *app.error])
    app.text_area(key="inbox_answer_0").set_value("In an hour.")
    app.button(key="inbox_send").click().run()
    assert not app.exception and not app.error
    with rt.db.read() as cursor:
        assert cursor.execute("SELECT parameters FROM message").fetchall() == [(["In an hour."],)]
    app.button(key="inbox_back").click().run()
    assert app.button(key="inbox_read_0")  # now among all


def test_an_empty_inbox_says_why(rt: Runtime, open_page: Opener) -> None:
    app = open_page("inbox", "ee")
    assert not app.exception
    assert any("JOIN and STOP" in info.value for info in app.info)
