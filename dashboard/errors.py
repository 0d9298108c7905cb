"""The product's own errors: a code that `ui/` and the command line turn into words."""

from typing import Any


class SetuError(Exception):
    """Something a person must be told: `code` names the sentence in the catalogues (`error.<code>`).

    `values` fill the sentence's places. They never hold a phone number or a password.
    """

    def __init__(self, code: str, **values: Any) -> None:
        super().__init__(code, values)
        self.code = code
        self.values = values

    def __str__(self) -> str:
        details = ", ".join(f"{key}={value}" for key, value in self.values.items())
        return f"{self.code} ({details})" if details else self.code


class Refused(SetuError):
    """The person may not do or see this."""


class BadInput(SetuError):
    """What came in cannot be used as it is: a file, a field, a date."""


class IllegalChange(SetuError):
    """A state change that the lifecycle does not know."""


class Unavailable(SetuError):
    """Something outside us does not answer: the database's lock, the provider, the sender."""
