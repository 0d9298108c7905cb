"""The tags of a spreadsheet's XML, found without building a tree of it: a sheet has millions."""

import re
from collections.abc import Iterator
from html import unescape
from typing import IO

_CHUNK = 1 << 20


def attribute(tag: bytes, name: str) -> str:
    """Return an attribute of a tag, empty where it has none."""
    found = re.search(rf'\s{name}="([^"]*)"'.encode(), tag)
    return unescape(found[1].decode("utf-8", "replace")) if found else ""


def number(tag: bytes, name: str) -> int:
    """Return an attribute that is a whole number, 0 where it is none."""
    text = attribute(tag, name)
    return int(text) if text.isdecimal() and len(text) < 8 else 0


def tags(file: IO[bytes], pattern: "re.Pattern[bytes]") -> Iterator[bytes]:
    """Yield the tags of a part in its order, a piece of it at a time."""
    rest = b""
    while chunk := file.read(_CHUNK):
        text = rest + chunk
        whole = text.rfind(b">") + 1
        yield from pattern.findall(text[:whole])
        rest = text[whole:][-_CHUNK:]
