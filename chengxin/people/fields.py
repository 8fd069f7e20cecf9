"""A column that PostgreSQL holds sealed and Python reads open."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db import models

from chengxin.core.keys import Keys

if TYPE_CHECKING:
    TextColumn = models.BinaryField[str, str]
    BytesColumn = models.BinaryField[bytes | None, bytes | None]
else:
    TextColumn = BytesColumn = models.BinaryField


class SealedTextField(TextColumn):
    """Text (a name, a number, a phone) under the installation's key; empty text stays NULL.

    It cannot be searched or sorted by: what must be found has a keyed token beside it.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["editable"] = False
        kwargs["null"] = True
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("null", None)
        kwargs.pop("editable", None)
        return name, path, args, kwargs

    def from_db_value(self, value: bytes | memoryview | None, *_: Any) -> str:
        return Keys.load().open(bytes(value)).decode() if value is not None else ""

    def get_prep_value(self, value: Any) -> Any:
        if isinstance(value, str):
            return Keys.load().seal(value) if value else None
        return value

    def to_python(self, value: Any) -> Any:
        return value


class SealedBytesField(BytesColumn):
    """Bytes (a portrait, a face template) under the installation's key."""

    def from_db_value(self, value: bytes | memoryview | None, *_: Any) -> bytes | None:
        return Keys.load().open(bytes(value)) if value is not None else None

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        sealed = Keys.load().seal(bytes(value)) if value is not None else None
        return super().get_db_prep_value(sealed, connection, prepared)
