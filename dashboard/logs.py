"""What gets into the log: where something failed, never what it failed on. A vendor's error quotes cells and numbers."""

import logging
import re
import threading
import traceback
from types import TracebackType
from typing import Any

from dashboard.errors import SetuError

_LONG_NUMBER = re.compile(r"(?:\+?\d[\s-]?){8,}\d|\+?\d{9,}")  # phone and account numbers
_HIDDEN = "…"
_log = logging.getLogger(__name__)
_plain_factory = logging.getLogRecordFactory()


def keep_data_out() -> None:
    """Have every log of this process, Streamlit's too, keep cells and numbers out; also of threads that end by an error."""
    logging.setLogRecordFactory(make_record)
    threading.excepthook = _log_thread_end


def make_record(*args: Any, **kwargs: Any) -> logging.LogRecord:
    """Make a record whose words bear no long number and whose traceback bears no text of a foreign error."""
    record = _plain_factory(*args, **kwargs)
    record.msg, record.args = hide_numbers(_words_of(record)), None
    if isinstance(record.exc_info, tuple) and record.exc_info[1] is not None:
        record.exc_text, record.exc_info = describe(record.exc_info[1]), None
    return record


def hide_numbers(text: str) -> str:
    """Return a text without its long numbers."""
    return _LONG_NUMBER.sub(_HIDDEN, text)


def describe(error: BaseException) -> str:
    """Return an error's traceback: files, lines and functions, the kinds of the errors, of ours the code."""
    parts = []
    seen: set[int] = set()
    one: BaseException | None = error
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        parts.append(_describe_one(one, one.__traceback__))
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
    return "\nbecause of\n".join(parts)


def _describe_one(error: BaseException, trace: TracebackType | None) -> str:
    places = "".join(traceback.format_tb(trace))
    name = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    return f"{places}{name}: {error.code if isinstance(error, SetuError) else _HIDDEN}"


def _words_of(record: logging.LogRecord) -> str:
    """Return the words with their values; a foreign error among these is named, not quoted."""
    values = record.args if isinstance(record.args, tuple) else ()
    if any(isinstance(value, BaseException) and not isinstance(value, SetuError) for value in values):
        record.args = tuple(
            type(value).__name__
            if isinstance(value, BaseException) and not isinstance(value, SetuError)
            else value
            for value in values
        )
    try:
        return record.getMessage()
    except (TypeError, ValueError):
        return str(record.msg)


def _log_thread_end(ended: threading.ExceptHookArgs) -> None:
    if ended.exc_value is not None:
        _log.error(
            "the thread %s ended", ended.thread.name if ended.thread else "?", exc_info=ended.exc_value
        )
