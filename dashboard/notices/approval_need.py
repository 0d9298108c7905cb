"""Whether a notice needs somebody's leave."""

_FREE = frozenset({("outage", "feeder")})


def needs_approval(purpose: str, level: str, recipients: int) -> bool:
    """Tell whether a notice of a purpose to an office of a level needs leave: a feeder's outage must go out in a minute."""
    return recipients > 0 and (purpose, level) not in _FREE
