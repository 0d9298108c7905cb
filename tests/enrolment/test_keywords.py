"""What consumers write, and what it means."""

import pytest

from dashboard.enrolment.keywords import understand

JOINS = [
    ("JOIN 0012345678", ("0012345678",), "en"),
    ("join 0012345678", ("0012345678",), "en"),
    ("Join:0012345678", ("0012345678",), "en"),
    ("JOIN-0012345678.", ("0012345678",), "en"),
    ("JOIN0012345678", ("0012345678",), "en"),
    ("  *JOIN*  0012345678 ", ("0012345678",), "en"),
    ("JOIN 0012 345 678", ("0012345678",), "en"),
    ("JOIN 0012345678, 000012345679", ("0012345678", "000012345679"), "en"),
    ("जोड़ें ००१२३४५६७८", ("0012345678",), "hi"),
    ("जोड़ें 0012345678", ("0012345678",), "hi"),
    ("जोड़े 0012345678", ("0012345678",), "hi"),
    ("जोडें 0012345678", ("0012345678",), "hi"),
    ("जोड़ें\u200b 0012345678", ("0012345678",), "hi"),
    ("\u200bJOIN\u200b 0012345678", ("0012345678",), "en"),
]


@pytest.mark.parametrize(("text", "accounts", "language"), JOINS)
def test_joining_is_understood(text: str, accounts: tuple[str, ...], language: str) -> None:
    meaning = understand(text)
    assert (meaning.kind, meaning.accounts, meaning.language) == ("join", accounts, language)


@pytest.mark.parametrize(
    "text",
    [
        "STOP",
        "stop.",
        "Stop!",
        "UNSUBSCRIBE",
        "रोकें",
        "रोके",
        "बंद",
        "बंद।",
        "बंद करें",
        "बन्द करें",
        "\u200bSTOP ",
        "“STOP”",
        "please stop",
        "STOP 0012345678",
        "stop stop stop",
        "Opt-out",
        "band karo",
        "band kar do please",
        "कृपया बंद करें",
        "बंद कर दो",
        "रोक दीजिए",
        "संदेश बंद करें",
        "मैसेज भेजना बंद करें",
        "संदेश भेजना बन्द कीजिये",
        "मुझे मैसेज भेजना बंद करो",
        "ये मैसेज बंद करिए",
        "message bhejna band karo",
        "msg band kro",
        "sms band krdo",
        "Mujhe message bhejna band kar dijiye",
        "Stop promotions",
        "Stop sending me messages",
        "stop this",
        "unsubscribe me",
        "ＳＴＯＰ",
        "बंद करदो",
        "मैसेज मत भेजो",
        "Don't send messages",
        "message mat bhejo",
        "STOP.\nबंद करें",
    ],
)
def test_leaving_is_understood(text: str) -> None:
    assert understand(text).kind == "stop"


@pytest.mark.parametrize(
    "text",
    [
        "please don't stop supply",
        "band baja",
        "bijli band",
        "stop nahi",
        "मत रोको",
        "बिजली कब बंद करेंगे",
        "stop cutting our supply",
        "बिजली बंद है",
        "ये बिजली बंद करो",
        "बिल भेजना बंद",
        "mujhe band mila",
        "मुझे बंद मिला",
        "बंद कर दी",
        "this is the end of my patience",
        "बिल मत भेजो",
        "when will it stop?",
        "hello",
        "",
        "?",
        "joining fee?",
        "जोड़ा",
    ],
)
def test_anything_else_is_neither(text: str) -> None:
    assert understand(text).kind == "other"
