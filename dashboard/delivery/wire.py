"""The Cloud API's language, without any I/O: what a message looks like on the wire and what an answer
means."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.delivery.json_parts import clean, code_of, dicts_of, part_of

_COUNTRY_PREFIX = "+91"  # without the plus Meta would put the business number's own country code in front
_CODE_WITHOUT_BODY = {401: 190, 403: 10, 429: 130429}  # what a bare HTTP status stands for


@dataclass(frozen=True)
class MessageHead:
    """What all messages of a job share."""

    kind: str  # template, text
    template: str
    language: str
    parameter_names: tuple[str, ...]


@dataclass(frozen=True)
class Answer:
    """What became of one call.

    `result` is accepted, held (the provider looks at the template first), refused, in_doubt (nobody knows),
    not_sent (nothing left this machine) or returned (given back untried). `code` is the provider's, of a
    refusal.
    """

    result: str
    wamid: str | None = None
    code: int | None = None


def build_payload(head: MessageHead, mobile: int, parameters: Sequence[str], reference: str) -> bytes:
    """Return the JSON body of `POST /{phone number id}/messages`; `reference` comes back with every
    report."""
    body: dict[str, Any] = {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": f"{_COUNTRY_PREFIX}{mobile}",
        "biz_opaque_callback_data": reference,
        "type": head.kind,
    }
    if head.kind == "text":
        body["text"] = {"preview_url": False, "body": parameters[0]}
    else:
        body["template"] = _template(head, parameters)
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def _template(head: MessageHead, parameters: Sequence[str]) -> dict[str, Any]:
    template: dict[str, Any] = {"name": head.template, "language": {"code": head.language}}
    if parameters:
        filled = [_parameter(name, text) for name, text in zip(head.parameter_names, parameters, strict=True)]
        template["components"] = [{"type": "body", "parameters": filled}]
    return template


def _parameter(name: str, text: str) -> dict[str, str]:
    """Return one value; a name of digits means a template with numbered places, which takes no names."""
    parameter = {"type": "text", "text": text}
    return parameter if name.isdigit() else {**parameter, "parameter_name": name}


def judge_answer(status: int, body: bytes) -> Answer:
    """Return what an HTTP answer means. One that proves neither acceptance nor refusal leaves the message
    in doubt."""
    content = _parse(body)
    if status < 300:
        return _judge_acceptance(content)
    code = _error_code(content)
    if code is None and status >= 500:
        return Answer("in_doubt")  # a gateway gave up: what lies behind it may have taken the message
    return Answer("refused", code=_CODE_WITHOUT_BODY.get(status) if code is None else code)


def _judge_acceptance(content: dict[str, Any]) -> Answer:
    message = next(iter(dicts_of(content.get("messages"))), {})
    wamid = message.get("id")
    if not isinstance(wamid, str) or not wamid:
        return Answer("in_doubt")
    held = message.get("message_status") not in (None, "accepted")
    return Answer("held" if held else "accepted", wamid=clean(wamid))


def _parse(body: bytes) -> dict[str, Any]:
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def _error_code(content: dict[str, Any]) -> int | None:
    return code_of(part_of(content, "error").get("code"))
