"""A secret that cannot be shown by accident (client/README.md#secrets), and how it is sent
(contract/README.md#session)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, NoReturn, Self

if TYPE_CHECKING:
    from pydantic_core import CoreSchema

HIDDEN: Final = "•••"


class Secret:
    """A string whose repr, str, format and JSON are `•••`; only `reveal` gives it out."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The secret itself; use it only to build the header."""
        return self._value

    def __repr__(self) -> str:
        return HIDDEN

    def __str__(self) -> str:
        return HIDDEN

    def __format__(self, spec: str) -> str:
        return format(HIDDEN, spec)

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        # `hmac` loads OpenSSL, about 5 ms, and secrets are hardly ever compared.
        import hmac

        own, others = self._value.encode(errors="surrogatepass"), other._value.encode(errors="surrogatepass")
        return hmac.compare_digest(own, others)

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret cannot be pickled")

    @classmethod
    def __get_pydantic_core_schema__(cls, source: object, handler: object) -> CoreSchema:
        # Called by pydantic only, which the first frame does not wait for.
        from pydantic_core import core_schema

        return core_schema.no_info_plain_validator_function(
            cls._from_any, serialization=core_schema.plain_serializer_function_ser_schema(str)
        )

    @classmethod
    def _from_any(cls, value: object) -> Secret:
        if isinstance(value, Secret):
            return value
        if isinstance(value, str):
            return cls(value)
        raise ValueError("a secret is a string")


@dataclass(frozen=True, slots=True)
class Credential:
    """A session token or an API key, and how it is sent."""

    token: Secret
    kind: Literal["bearer", "cookie", "server_key"] = "bearer"
    """`bearer`: a session in `Authorization: Bearer …`; `cookie`: a session in `Cookie: kraty_session=…`
    (contract/README.md#session); `server_key`: a `server_integration` key in `Authorization: Bearer …`
    (contract/README.md#api-keys)."""
