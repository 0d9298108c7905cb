"""What a cell says of an account number: text of 10 to 12 digits, its leading zeros kept."""

import re

_ACCOUNT = re.compile(r"[0-9]{10,12}")
_MARKS = re.compile("[\\s\\x1a\u00a0\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]+")
_WHOLE = re.compile(r"([0-9]+)\.0*")
_SCIENTIFIC = re.compile(r"([0-9])(?:\.([0-9]*))?[eE]\+?([0-9]{1,3})")
_OTHER_DIGITS = {ord("०") + digit: str(digit) for digit in range(10)} | {
    ord("０") + digit: str(digit) for digit in range(10)
}


def is_account(cell: str) -> bool:
    """Return whether a cell is an account number as it stands or once its dress is off."""
    return judge_account(cell)[1] == ""


def judge_account(cell: str) -> tuple[str, str]:
    """Return the account number and the code of what is wrong with it, empty where nothing is.

    Blanks, marks without width, `'…` and `="…"` (how spreadsheets keep text) and a float's `.0` are taken off.
    `cut_by_excel`: the zeros in front are gone, or digits went into an exponent; `account_number`: it is none.
    """
    if _ACCOUNT.fullmatch(cell):
        return cell, "" if cell.strip("0") else "account_number"
    text = _MARKS.sub("", cell).translate(_OTHER_DIGITS)
    if text.startswith('="') and text.endswith('"'):
        text = text[2:-1]
    text = text.lstrip("'")
    if whole := _WHOLE.fullmatch(text):
        text = whole[1]
    if power := _SCIENTIFIC.fullmatch(text):
        digits = power[1] + (power[2] or "")
        if len(digits) != int(power[3]) + 1 or len(digits) > 12:
            return cell, "cut_by_excel"
        text = digits
    if _ACCOUNT.fullmatch(text) and text.strip("0"):
        return text, ""
    is_cut = text.isascii() and text.isdigit() and len(text) < 10 and bool(text.strip("0"))
    return cell, "cut_by_excel" if is_cut else "account_number"
