"""The consumer's page: found, opened, corrected and taken back; refused outside the division."""

from datetime import timedelta

from dashboard.runtime import Runtime
from tests.conftest import NOON
from tests.views.conftest import DIVISION, OTHER_DIVISION, Opener


def _account(rt: Runtime, office_code: str, state: str = "on_file") -> tuple[str, str, int]:
    with rt.db.read() as cursor:
        [row] = cursor.execute(
            "SELECT account_no, consumer.name, mobile FROM consumer JOIN office AS own ON own.code = ? "
            "WHERE consumer.office_no BETWEEN own.office_no AND own.last_no AND state = ? ORDER BY account_no LIMIT 1",
            [office_code, state],
        ).fetchall()
    return row


def _number_of(rt: Runtime, account_no: str) -> int | None:
    with rt.db.read() as cursor:
        return cursor.execute("SELECT mobile FROM consumer WHERE account_no = ?", [account_no]).fetchall()[0][
            0
        ]


def _shown(app: object) -> str:
    return " ".join(str(element.value) for element in [*app.metric, *app.markdown, *app.caption, *app.table])  # type: ignore[attr-defined]


def test_a_consumer_is_found_opened_corrected_and_put_back(rt: Runtime, open_page: Opener) -> None:
    account_no, name, mobile = _account(rt, DIVISION)
    app = open_page("consumer", "ee")
    app.text_input(key="consumer_words").set_value(account_no)
    app.button(key="consumer_find").click().run()
    assert str(mobile) not in _shown(app)
    app.button(key=f"consumer_open_{account_no}").click().run()
    assert not app.exception
    assert app.header[0].value.replace("\\", "") == name
    assert str(mobile) not in _shown(app)

    app.button(key="consumer_open_number").click().run()
    assert str(mobile) in _shown(app)
    assert str(mobile) not in str(app.query_params)

    app.text_input(key="consumer_value_number_0").set_value("95199 12345")
    app.text_input(key="consumer_reason_number_0").set_value("no")
    app.button(key="consumer_save").click().run()
    assert app.error
    assert _number_of(rt, account_no) == mobile
    app.text_input(key="consumer_reason_number_0").set_value("spoke to the consumer")
    app.button(key="consumer_save").click().run()
    assert not app.exception
    assert not app.error
    assert _number_of(rt, account_no) == 9519912345
    rt.clock = lambda: NOON + timedelta(minutes=1)
    app.button(key="consumer_undo_number").click().run()
    assert not app.exception
    assert _number_of(rt, account_no) == mobile
    assert not [
        button for button in app.button if button.key == "consumer_undo_number"
    ]  # a second press would bring it back
    assert app.button(key="consumer_redo_number").label == "Apply the correction of the number again"
    with rt.db.read() as cursor:
        actions = cursor.execute(
            "SELECT action FROM audit_event WHERE action LIKE 'consumer.%' ORDER BY ALL"
        ).fetchall()
    assert [action for (action,) in actions] == ["consumer.correct", "consumer.open_number", "consumer.undo"]


def test_a_consumer_of_another_division_is_refused(rt: Runtime, open_page: Opener) -> None:
    account_no, name, _ = _account(rt, OTHER_DIVISION)
    app = open_page("consumer", "ee", account=account_no)
    assert not app.exception
    assert app.warning
    assert not app.header
    assert str(name) not in _shown(app)


def test_the_missing_list_leads_to_the_consumer(rt: Runtime, open_page: Opener) -> None:
    app = open_page("missing", "ee")
    account_no = str(app.table[0].value.iloc[0, 0]).replace("\\", "")
    choice = next(one for one in app.selectbox(key="missing_consumer").options if one.startswith(account_no))
    app.selectbox(key="missing_consumer").set_value(choice.split(" · ")[0]).run()
    assert not app.exception
    assert app.query_params["account"] in (account_no, [account_no])
    assert account_no in _shown(app)


def test_a_visit_is_entered_on_the_page_and_taken_back(rt: Runtime, open_page: Opener) -> None:
    account_no, _, _ = _account(rt, DIVISION, "missing")
    app = open_page("consumer", "ee", account=account_no)
    app.button(key="consumer_visit_save").click().run()
    assert len(app.error) == 1
    app.text_input(key="consumer_visit_by_0").set_value("Ram *TG2*")
    app.button_group(key="consumer_visit_outcome_0").set_value("moved")
    app.button(key="consumer_visit_save").click().run()
    assert not app.error
    assert "Ram\u00a0\\*TG2\\*" in app.table[-1].value.to_string()
    app.button(key="consumer_visit_undo").click().run()
    assert not app.exception
    assert "Ram" not in _shown(app)
