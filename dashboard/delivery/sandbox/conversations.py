"""What the sandbox remembers of each phone: the last messages of the last numbers, so that memory stays
bounded."""

from collections import OrderedDict, deque
from dataclasses import dataclass, field
from typing import Any

_NUMBERS = 5_000
_LINES = 40


@dataclass
class Line:
    """One bubble of a chat; `status` moves on as reports go out."""

    wamid: str
    direction: str  # in: from the consumer; out: from the department
    text: str
    at: float  # seconds since 1970
    status: str
    template: str = ""

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.wamid, "direction": self.direction, "text": self.text, "at": self.at,
            "status": self.status, "template": self.template,
        }  # fmt: skip


@dataclass
class Conversations:
    """The chats, most recently used last."""

    chats: OrderedDict[str, deque[Line]] = field(default_factory=OrderedDict)

    def add(self, number: str, line: Line) -> None:
        """Append a line to a number's chat; the oldest lines and the longest unused numbers are forgotten."""
        chat = self.chats.setdefault(number, deque(maxlen=_LINES))
        chat.append(line)
        self.chats.move_to_end(number)
        if len(self.chats) > _NUMBERS:
            self.chats.popitem(last=False)

    def lines_of(self, number: str) -> list[Line]:
        return list(self.chats.get(number, ()))

    def recent_numbers(self, count: int) -> list[str]:
        return list(reversed(self.chats))[:count] if count else []
