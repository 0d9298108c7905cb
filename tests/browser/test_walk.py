"""The walk of the product in a real browser: from signing in to a report that is true, in both languages."""

import csv
import json
import re
import time
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, TimeoutError, expect

from dashboard.ui.catalogue import say
from dashboard.ui.formats import group_digits
from tests.browser.conftest import Installation, SignIn

# Chromium on a busy machine fails now and then without a fault of ours: once more, and told as a rerun.
pytestmark = [pytest.mark.browser, pytest.mark.flaky(reruns=1)]


def _open(page: Page, language: str, name: str) -> None:
    """Open a page by the menu and wait for its heading."""
    words = say(language, f"page.{name}")
    page.get_by_test_id("stSidebarNav").get_by_role("link", name=words, exact=True).click()
    page.get_by_role("heading", name=words, level=1).first.wait_for()
    _settle(page)


def _choose(page: Page, place: str, name: str | None = None, number: int = 0) -> None:
    """Choose from a list by name, else by number; one that a run closes again while one looks is opened again, as a person would."""
    option = page.get_by_role("option", name=name) if name else page.get_by_role("option").nth(number)
    for attempt in range(3):
        page.locator(place).get_by_role("combobox").click()
        try:
            option.click(timeout=20_000)
            break
        except TimeoutError:
            if attempt == 2:
                raise
            page.keyboard.press("Escape")
    _settle(page)


def _settle(page: Page, quiet: int = 400) -> None:
    """Wait until no run has been under way for some milliseconds: after a click, so many as one may take to begin."""
    page.evaluate("window.busyAt = performance.now()")
    page.wait_for_function(
        """quiet => {
            if (document.querySelector('[data-test-script-state="running"]')) window.busyAt = performance.now();
            return performance.now() - window.busyAt > quiet;
        }""",
        arg=quiet,
    )


def _no_trace(page: Page) -> None:
    assert "Traceback" not in page.inner_text("body")
    assert page.get_by_test_id("stException").count() == 0


def _text(page: Page) -> str:
    return page.inner_text('[data-testid="stMain"]')


@pytest.mark.parametrize("language", ["hi", "en"])
def test_the_walk_from_import_to_report(
    installation: Installation, sign_in: SignIn, tmp_path: Path, language: str
) -> None:
    _import_on_the_page(installation, sign_in("admin", language), language, tmp_path)
    author = sign_in("ee", language)
    _see_coverage(author, language)
    _draw_missing_list(author, language, tmp_path)
    count = _compose(author, language)
    approver = sign_in("se", language)
    _approve(approver, language, count, author.url.split("?")[1])
    _send(author, language, count)
    _see_report(author, approver, language, count)


def _import_on_the_page(installation: Installation, page: Page, language: str, folder: Path) -> None:
    division = installation.accounts["ee"][1]
    path = folder / f"late_{language}.csv"
    number = f"00{time.time_ns() // 1_000_000 % 100_000_000:08}"  # new each time the walk is tried
    path.write_text(
        f"ACCT_ID,NAME,MOBILE_NO,DIV_CODE\n{number},LATE COMER,9415012345,{division}\n12345,CUT,9415012346,{division}\n",
        encoding="utf-8",
    )
    _open(page, language, "import_data")
    page.locator('input[type="file"]').set_input_files(str(path))
    expect(page.get_by_text(say(language, "import_data.refused", count="1"))).to_be_visible()
    page.locator(".st-key-import_confirm button").click()
    done = say(language, "import_data.done", accepted="1", new="1", changed="0", unchanged="0", rejected="1")
    expect(page.get_by_text(done)).to_be_visible()
    _no_trace(page)


def _see_coverage(page: Page, language: str) -> None:
    expect(page.locator(".st-key-coverage_figures")).to_contain_text(say(language, "state.enrolled"))
    figures = [
        int(re.sub(r"\D", "", text))
        for text in page.locator(".st-key-coverage_figures [data-testid=stMetricValue]").all_inner_texts()
    ]
    total = say(language, "coverage.total", count=group_digits(sum(figures)))  # the five add up to all
    assert sum(figures) > 0
    expect(page.locator(".st-key-coverage_figures")).to_contain_text(total.replace("*", ""))
    _no_trace(page)


def _draw_missing_list(page: Page, language: str, folder: Path) -> None:
    _open(page, language, "missing")
    page.locator(".st-key-missing_why input").fill("आपके द्वार, नवंबर")
    page.locator(".st-key-missing_format").get_by_text("CSV").click()
    page.locator(".st-key-missing_prepare button").click()
    with page.expect_download() as waiting:
        page.locator(".st-key-missing_take button").click()
    path = folder / f"missing_{language}.csv"
    waiting.value.save_as(path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows
    assert not any(
        cell.startswith(("=", "+", "-", "@", "\t")) for row in rows for cell in row.values() if cell
    )


def _compose(page: Page, language: str) -> int:
    _open(page, language, "compose")
    _choose(page, ".st-key-compose_template", say(language, "template.bill_due"))
    submit = page.locator(".st-key-compose_submit_open button").first
    expect(submit).to_be_disabled()  # a variable is empty
    page.locator(".st-key-compose_bill_due_month input").fill(
        "नवंबर 2026" if language == "hi" else "November 2026"
    )
    page.keyboard.press("Tab")
    _settle(page)
    _type_date(page, ".st-key-compose_bill_due_due_date", "15122026")
    expect(page.locator(".st-key-compose_bubble")).to_contain_text("15-12-2026")
    expect(submit).to_be_enabled()
    count = int(
        re.sub(r"\D", "", page.locator(".st-key-compose_sums [data-testid=stMetricValue]").first.inner_text())
    )
    _keep_audience(page, language)
    submit.click()
    page.locator(".st-key-compose_submit button").click()
    expect(page.get_by_text(say(language, "notices.own"))).to_be_visible()  # nobody approves their own
    _no_trace(page)
    return count


def _keep_audience(page: Page, language: str) -> None:
    page.get_by_role("button", name=say(language, "audience.keep")).click()
    question = page.get_by_test_id("stPopoverBody")
    name = f"all {language} {time.time_ns()}"  # another one each time the walk is tried
    question.locator("input").fill(name)
    page.keyboard.press("Tab")
    _settle(page)
    question.get_by_role("button", name=say(language, "audience.keep_yes")).click()
    expect(page.get_by_text(say(language, "audience.saved"), exact=True)).to_be_visible()
    expect(question).to_have_count(0)  # what was answered is not asked again
    _settle(page)


def _type_date(page: Page, place: str, digits: str) -> None:
    """Type a day, month and year as a person does, key by key."""
    page.locator(place).get_by_role("spinbutton").first.click()
    page.wait_for_timeout(300)
    for digit in digits:
        page.keyboard.press(digit)
        page.wait_for_timeout(80)
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    _settle(page)


def _approve(page: Page, language: str, count: int, address: str) -> None:
    _open(page, language, "approvals")
    _choose_first_row(page)
    expect(page.locator(".st-key-notices_approve button")).to_be_visible()
    if address not in page.url:  # the first is one that was left when the walk was tried before
        page.goto(f"{page.url.split('?')[0]}?{address}")
    expect(page.get_by_text("15-12-2026").first).to_be_visible()
    button = page.locator(".st-key-notices_approve button")
    assert f"{count:,}" in button.inner_text() or str(count) in button.inner_text()
    button.click()
    expect(page.get_by_text(say(language, "notices.state_approved")).first).to_be_visible()


def _choose_first_row(page: Page) -> None:
    table = page.get_by_test_id("stDataFrame").first
    table.wait_for()
    _settle(page)
    box = table.bounding_box()
    assert box
    page.mouse.click(box["x"] + 20, box["y"] + 36 + 18)  # the selection cell of the first row
    _settle(page)


def _send(page: Page, language: str, count: int) -> None:
    page.reload()
    expect(page.get_by_text(say(language, "notices.state_approved")).first).to_be_visible()
    page.locator(".st-key-notices_send button").click()
    expect(page.locator(".st-key-notices_sums")).to_be_visible()


def _see_report(author: Page, approver: Page, language: str, count: int) -> None:
    finished = say(language, "notices.state_finished")
    expect(author.get_by_text(finished, exact=True).first).to_be_visible(timeout=120_000)
    # The last reports come by webhook, after the end: the page that is open shows them by itself.
    expect(_sums(author).nth(2)).to_have_text(group_digits(count))
    approver.reload()  # another person's look shows the same truth
    for page in (author, approver):
        expect(_sums(page)).to_have_text([group_digits(number) for number in (count, count, count, 0, 0, 0)])
        _no_trace(page)


def _sums(page: Page) -> Locator:
    """Return accepted, delivered, read, failed, in doubt, skipped."""
    return page.locator(".st-key-notices_sums [data-testid=stMetricValue]")


@pytest.mark.parametrize("language", ["hi", "en"])
def test_an_outage_is_told_and_extended_on_a_phone(sign_in: SignIn, language: str) -> None:
    page = sign_in("ee", language, 390)
    page.goto("/".join(page.url.split("/")[:3]) + "/outage")
    _choose(page, ".st-key-outage_feeder", number=("hi", "en").index(language))
    for key, words in (("cause", "cause_cable"), ("began", "span_15"), ("expected", "span_60")):
        _settle(page)
        page.locator(f".st-key-outage_{key}").get_by_text(
            say(language, f"outage.{words}"), exact=True
        ).click()
    page.locator(".st-key-outage_send_open button").first.click()
    page.locator(".st-key-outage_send button").click()
    expect(page.get_by_text(say(language, "outage.lasting"))).to_be_visible()
    _settle(page)
    page.get_by_role("button", name=say(language, "outage.extend")).first.click()
    question = page.get_by_test_id("stPopoverBody")
    question.get_by_text(say(language, "outage.span_120"), exact=True).click()
    _settle(page)
    question.get_by_role("button", name=say(language, "outage.extend_yes"), exact=True).click()
    expect(page.get_by_text(say(language, "outage.extended"))).to_be_visible()
    expect(question).to_have_count(0)  # what was answered is not asked again
    _no_trace(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 391


def test_a_consumer_joins_and_leaves_and_coverage_moves(installation: Installation, sign_in: SignIn) -> None:
    page = sign_in("ee", "en")
    before = _figures(page)
    mobile = "9519911223"
    account = _account_without_number(installation, page)
    answer = _say_as_consumer(installation, mobile, f"JOIN {account}")
    assert account[-4:] in answer
    page.reload()
    _settle(page)
    after = _figures(page)
    assert (after["Enrolled"], after["No number"]) == (before["Enrolled"] + 1, before["No number"] - 1)
    _say_as_consumer(installation, mobile, "रोकें")
    page.reload()
    _settle(page)
    assert _figures(page)["Opted out"] == before["Opted out"] + 1


def test_an_open_thread_renews_itself(installation: Installation, sign_in: SignIn) -> None:
    page = sign_in("ee", "en")
    mobile = "9519911224"
    _say_as_consumer(installation, mobile, f"JOIN {_account_without_number(installation, page)}")
    _write_as_consumer(installation, mobile, "When is supply back?")
    _open(page, "en", "inbox")
    for _ in range(20):  # the report of it takes a moment
        if page.get_by_text("When is supply back?").count():
            break
        page.reload()
        _settle(page)
    page.get_by_role("button", name=say("en", "inbox.read")).first.click()
    page.locator("[class*=st-key-inbox_answer] textarea").fill("In an hour.")
    page.locator(".st-key-inbox_send button").click()
    lines = page.locator(".st-key-inbox_lines")
    expect(lines).to_contain_text("In an hour.")
    expect(lines).to_contain_text(say("en", "notices.part_read"))  # nothing is pressed meanwhile
    page.locator("[class*=st-key-inbox_answer] textarea").fill("Half typed")
    _write_as_consumer(installation, mobile, "Thank you")
    expect(lines).to_contain_text("Thank you")
    expect(page.locator(".st-key-inbox_close button")).to_be_visible()  # it waits for an answer again
    expect(page.locator("[class*=st-key-inbox_answer] textarea")).to_have_value("Half typed")


def _write_as_consumer(installation: Installation, mobile: str, text: str) -> None:
    """Write something that no machine answers."""
    body = json.dumps({"from": mobile, "text": text}).encode()
    request = urllib.request.Request(
        f"{installation.sandbox_url}/sandbox/inbound", body, {"Content-Type": "application/json"}
    )
    urllib.request.urlopen(request, timeout=60).close()


def _figures(page: Page) -> dict[str, int]:
    place = page.locator(".st-key-coverage_figures")
    expect(place.locator("[data-testid=stMetricValue]")).to_have_count(5)
    _settle(page)
    labels = [text.strip() for text in place.locator("[data-testid=stMetricLabel]").all_inner_texts()]
    values = [
        int(re.sub(r"\D", "", text))
        for text in place.locator("[data-testid=stMetricValue]").all_inner_texts()
    ]
    return dict(zip(labels, values, strict=True))


def _account_without_number(installation: Installation, page: Page) -> str:
    """Take the first account of the missing list, as a consumer would read it from the bill."""
    _open(page, "en", "missing")
    page.locator(".st-key-missing_why input").fill("to join one by hand")
    page.locator(".st-key-missing_format").get_by_text("CSV").click()
    page.locator(".st-key-missing_prepare button").click()
    with page.expect_download() as waiting:
        page.locator(".st-key-missing_take button").click()
    with Path(waiting.value.path()).open(encoding="utf-8-sig", newline="") as file:
        account = next(
            row[say("en", "missing.column_account_no")]
            for row in csv.DictReader(file)
            if row[say("en", "missing.column_reason")] == say("en", "reason.missing")
        )
    _open(page, "en", "coverage")
    return str(account)


def _say_as_consumer(installation: Installation, mobile: str, text: str) -> str:
    """Write to the department as a consumer and return the answer that came back to that phone."""
    before = len(_messages(installation, mobile))
    _write_as_consumer(installation, mobile, text)
    for _ in range(360):
        messages = _messages(installation, mobile)
        if len(messages) > before:
            return messages[-1]
        time.sleep(0.25)
    raise AssertionError("no answer came")


def _messages(installation: Installation, mobile: str) -> list[str]:
    with urllib.request.urlopen(
        f"{installation.sandbox_url}/sandbox/messages?to={mobile}", timeout=60
    ) as answer:
        content = json.load(answer)
    return [row["text"] for row in content if row["direction"] == "out"]


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("language", ["hi", "en"])
def test_every_page_opens_without_a_trace(sign_in: SignIn, language: str, width: int) -> None:
    asked: list[str] = []
    for name, pages in (
        ("ee", ["coverage", "missing", "cases", "compose", "notices"]),
        ("admin", ["import_data", "users", "audit"]),
    ):
        page = sign_in(name, language, width)
        page.on("request", lambda request: asked.append(request.url))
        for place in pages:
            page.goto(page.url.split("/")[0] + "//" + page.url.split("/")[2] + f"/{place}")
            page.get_by_role("heading", name=say(language, f"page.{place}"), level=1).first.wait_for()
            _settle(page, quiet=100)  # its run is under way already
            _no_trace(page)
            assert (
                page.evaluate("document.documentElement.scrollWidth") <= width + 1
            )  # nothing hangs over the edge
    assert asked  # and nothing is fetched from anywhere else
    assert [url for url in asked if "//127.0.0.1:" not in url and url.startswith("http")] == []


def test_a_forged_address_is_refused(sign_in: SignIn) -> None:
    page = sign_in("ee", "en")
    base = "/".join(page.url.split("/")[:3])
    page.goto(f"{base}/coverage?office=UP")
    expect(page.get_by_text(say("en", "error.office"))).to_be_visible()
    page.goto(f"{base}/users")
    expect(page.get_by_role("heading", name=say("en", "page.closed"), level=1)).to_be_visible()


@pytest.mark.parametrize("language", ["hi", "en"])
def test_an_unknown_address_is_told_in_the_persons_language(sign_in: SignIn, language: str) -> None:
    page = sign_in("minister", language)
    page.goto("/".join(page.url.split("/")[:3]) + "/no_such_page?office=UP")
    expect(page.get_by_role("heading", name=say(language, "page.unknown"), level=1)).to_be_visible()
    _settle(page)
    assert page.get_by_role("dialog").count() == 0  # Streamlit's own words for it
    page.get_by_role("link", name=say(language, "page.to_first")).last.click()
    expect(page.get_by_role("heading", name=say(language, "page.coverage"), level=1)).to_be_visible()
