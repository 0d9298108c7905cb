"""The rare calls: whatever comes back is read, or told in our own words."""

import pytest
import requests

from dashboard.delivery.client import ManagementClient
from dashboard.delivery.credentials import Account
from dashboard.errors import Unavailable


class _Session:
    """Answers every call alike, a hundred times at most."""

    trust_env = True

    def __init__(self, body: bytes, status: int = 200) -> None:
        self._body, self._status, self.calls = body, status, 0

    def request(self, *_: object, **__: object) -> requests.Response:
        self.calls += 1
        assert self.calls < 100
        answer = requests.Response()
        answer.status_code, answer._content = self._status, self._body
        return answer


def _client(body: bytes) -> ManagementClient:
    account = Account("http://127.0.0.1:1", "v23.0", "token", "1", "2", 5.0, True)
    return ManagementClient(account, _Session(body))  # type: ignore[arg-type]


DOWN, REFUSED = "provider_down", "provider_refused"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", DOWN),
        (b"[1]", DOWN),
        (b"null", DOWN),
        (b"[" * 100_000, DOWN),
        (b'{"data": "x"}', DOWN),  # no templates is another thing than not a word about them
        (b'{"error": {"code": 190}}', REFUSED),  # the code counts, not the status
        (b'{"data": [], "paging": {"next": "x"}}', DOWN),
        (b'{"data": [], "paging": {"next": "x", "cursors": {"after": "A"}}}', DOWN),  # the same page for ever
    ],
)
def test_an_answer_that_is_none_is_told_as_such(body: bytes, code: str) -> None:
    with pytest.raises(Unavailable) as told:
        _client(body).list_templates()
    assert told.value.code == code


@pytest.mark.parametrize("body", [b"[1]", b"null", b"[" * 100_000, b'{"error": {"code": 190}}'])
def test_a_number_of_which_nothing_is_said_ends_no_watch(body: bytes) -> None:
    with pytest.raises(Unavailable):
        _client(body).phone_health()


def test_what_is_no_template_is_passed_over() -> None:
    body = b'{"data": [1, null, {"name": "camp", "language": "hi", "status": "APPROVED", "quality_score": 7}], "paging": null}'
    assert [one.name for one in _client(body).list_templates()] == ["camp"]
