"""WhatsApp's words for a number, as an office reads them."""

import pytest

from dashboard.ui.number_parts import say_limit


@pytest.mark.parametrize(
    ("limit", "said"),
    [
        ("TIER_250", "250"),
        ("TIER_2K", "2,000"),
        ("TIER_100K", "1,00,000"),
        ("TIER_1M", "10,00,000"),
        ("", "–"),
        ("TIER_SOON", "–"),
    ],
)
def test_a_limit_is_written_in_lakh(limit: str, said: str) -> None:
    assert say_limit(limit) == said
