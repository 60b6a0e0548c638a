"""Field encryption and keyed hashes for what must not be readable in a copy of the database."""

import hashlib
import hmac
import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models


class CannotUnseal(RuntimeError):
    """A stored value was sealed with a key that FIELD_KEYS no longer holds."""


@lru_cache(maxsize=4)
def _box(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key.encode()) for key in keys])


def seal(text: str) -> bytes:
    """Encrypt with the newest of FIELD_KEYS (Fernet: AES-128-CBC with HMAC-SHA256)."""
    return _box(tuple(settings.FIELD_KEYS)).encrypt(text.encode())


def unseal(token: bytes) -> str:
    """The text that was sealed; any of FIELD_KEYS opens it."""
    try:
        return _box(tuple(settings.FIELD_KEYS)).decrypt(bytes(token)).decode()
    except InvalidToken as error:
        raise CannotUnseal(
            "No key in FIELD_KEYS opens this value: put the key it was sealed with back in the list."
        ) from error


def keyed_hash(text: str) -> str:
    """HMAC-SHA256 under HASH_KEY, hex: equal texts can be found, guessed ones can not be confirmed."""
    return hmac.new(settings.HASH_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()


if TYPE_CHECKING:
    _BinaryField = models.BinaryField[Any, Any]
else:
    _BinaryField = models.BinaryField


class SealedTextField(_BinaryField):
    """Text that is encrypted in the database and plain in Python. Never indexed, never searched."""

    description = "Encrypted text"

    def __init__(self, *args: Any, **options: Any) -> None:
        options.setdefault("editable", True)
        super().__init__(*args, **options)

    def from_db_value(self, value: bytes | None, expression: object, connection: object) -> str | None:
        return None if value is None else unseal(value)

    def get_db_prep_value(self, value: str | None, connection: Any, prepared: bool = False) -> Any:
        sealed = None if value is None else seal(value)
        return super().get_db_prep_value(sealed, connection, prepared)

    def value_to_string(self, obj: models.Model) -> str:
        return str(self.value_from_object(obj))

    def to_python(self, value: Any) -> Any:
        return value


class SealedJSONField(SealedTextField):
    """A JSON value that is encrypted in the database."""

    description = "Encrypted JSON"

    def from_db_value(self, value: bytes | None, expression: object, connection: object) -> Any:
        text = super().from_db_value(value, expression, connection)
        return None if text is None else json.loads(text)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        text = None if value is None else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        return super().get_db_prep_value(text, connection, prepared)
