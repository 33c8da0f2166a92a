"""Values of a form from texts by field name, as a command line or a file gives them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from kraty_console.contract.spelling import closest
from kraty_console.domain.fields import TYPED_ID, Field, Form, Value, Values
from kraty_console.domain.forms import problems
from kraty_console.domain.grant_entries import write_entries
from kraty_console.domain.grant_words import read_entry

_TICKED: Final = {
    "yes": True,
    "true": True,
    "on": True,
    "1": True,
    "no": False,
    "false": False,
    "off": False,
    "0": False,
}


class FieldErrors(ValueError):
    """Values that a form does not take."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {words}" for name, words in errors.items()))
        self.errors = dict(errors)
        """The reason in words, by field name; `fields.TYPED_ID` for the id that has to be repeated."""


def values_of(form: Form, texts: Mapping[str, str]) -> dict[str, Value]:
    """The values of a form, to be checked by `check_values`; fields that are not given have their default.

    Args:
        form: The dialog as data.
        texts: By field name, with `_` or `-`. A check takes yes or no; entries are JSON, or words such as
            `currency:gold=50 item:potion=2`.

    Raises:
        FieldErrors: names that are no fields, and texts that are no values of their fields.
    """
    fields = {each.name: each for each in form.fields}
    values, errors = form.defaults(), {}
    for given, text in texts.items():
        name = given.replace("-", "_")
        field = fields.get(name)
        if field is None:
            near = closest(name, tuple(fields))
            errors[given] = "there is no such field" + (f"; nearest is {near}" if near else "")
            continue
        try:
            values[name] = _value(field, text)
        except ValueError as error:
            errors[name] = str(error)
    if errors:
        raise FieldErrors(errors)
    return values


def check_values(form: Form, values: Values, typed_id: str = "") -> None:
    """Check values as the dialog does; `typed_id` repeats the player's id where the change asks for it.

    Raises:
        FieldErrors: some are not valid.
    """
    if errors := problems(form, {**values, TYPED_ID: typed_id}):
        raise FieldErrors(errors)


def _value(field: Field, text: str) -> Value:
    if field.kind == "check":
        ticked = _TICKED.get(text.strip().casefold())
        if ticked is None:
            raise ValueError("yes or no")
        return ticked
    if field.kind == "json" and text.strip() and text.lstrip()[:1] not in ("[", "{"):
        return write_entries(map(read_entry, text.split()))
    return text
