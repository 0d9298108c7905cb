"""Where and as whom the Cloud API is called. Stands apart so that the sender starts quickly: it needs no more than this."""

import ipaddress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from dashboard.errors import Refused


@dataclass(frozen=True)
class Account:
    """Where and as whom to call; made only by hands that may: a demonstration reaches nothing outside this
    machine.

    Raises Refused("demo_loopback_only") where `loopback_only` stands against the address.
    """

    graph_url: str
    version: str
    token: str = field(repr=False)
    phone_number_id: str
    waba_id: str
    timeout_seconds: float
    loopback_only: bool

    def __post_init__(self) -> None:
        if self.loopback_only and not is_loopback(self.graph_url):
            raise Refused("demo_loopback_only")

    @property
    def messages_url(self) -> str:
        return f"{self._base}/{self.phone_number_id}/messages"

    @property
    def phone_url(self) -> str:
        return f"{self._base}/{self.phone_number_id}"

    @property
    def templates_url(self) -> str:
        return f"{self._base}/{self.waba_id}/message_templates"

    @property
    def _base(self) -> str:
        return f"{self.graph_url.rstrip('/')}/{self.version}"


def is_loopback(url: str) -> bool:
    """Return whether an address lies on this machine by its very text; a name that only resolves so does
    not."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
