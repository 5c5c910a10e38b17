"""What Bellwether knows of an external system: how to get in, what it yields, how its payloads become rows."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import IO, Any, ClassVar, Protocol

from accounts.errors import InvalidInput
from ingestion.pipeline.rows import Rejected, Row

JSON = dict[str, Any]


@dataclass(frozen=True, slots=True)
class OAuth2:
    """The owner is sent to the provider, says yes there, and comes back with a code."""

    scope: str


@dataclass(frozen=True, slots=True)
class PastedKey:
    """The owner makes a restricted key at the provider and pastes it; it is stored encrypted."""

    label: str
    scope: str
    example: str = ""


@dataclass(frozen=True, slots=True)
class FileUpload:
    """The owner uploads the provider's own exports. `kinds` are (key, label) pairs."""

    kinds: tuple[tuple[str, str], ...]


Auth = OAuth2 | PastedKey | FileUpload


@dataclass(frozen=True, slots=True)
class Stream:
    """One kind of record a provider yields.

    `objects` are the provider's own names of the payloads that become this stream's rows; `lookback` is how far
    before its cursor an incremental run starts again; `events` are the webhook types that touch it.
    """

    key: str
    label: str
    objects: tuple[str, ...]
    lookback: timedelta
    cursor: str = "created"
    events: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mapped:
    """One row for one stream, or the reason why there is none."""

    stream: str
    row: Row | Rejected


class Export(Protocol):
    """A recognised file of a provider: what it is, and its rows."""

    @property
    def key(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def stream(self) -> str: ...
    @property
    def n_lines(self) -> int: ...
    @property
    def unused(self) -> tuple[str, ...]:
        """Headers that no field was made of."""

    def rows(self, *, version_at: datetime) -> Iterator[Mapped]:
        """One result a line, in the file's order."""


class Provider(ABC):
    """One external system. Subclasses are stateless: one instance is registered for all businesses."""

    key: ClassVar[str]
    label: ClassVar[str]
    desks: ClassVar[tuple[str, ...]]
    auth: ClassVar[tuple[Auth, ...]]
    streams: ClassVar[tuple[Stream, ...]]

    @abstractmethod
    def map_object(self, obj: JSON, *, version_at: datetime) -> Iterator[Mapped]:
        """Turn one payload into rows, pure.

        `version_at` is the provider's own time of this version: when it was fetched, or when its event was created.
        Empty:  a payload of a kind that no stream keeps yields nothing.
        """

    @property
    def reads_files(self) -> bool:
        return any(isinstance(way, FileUpload) for way in self.auth)

    def read_file(self, file: IO[bytes]) -> Export:
        """Recognise an uploaded export; `file` is seekable.

        Errors: InvalidInput for what is none of the provider's exports, TooLarge.
        """
        raise InvalidInput(f"{self.label} files cannot be read.", code="unknown_header")

    def stream(self, key: str) -> Stream:
        """Errors: KeyError when the provider has no such stream."""
        for stream in self.streams:
            if stream.key == key:
                return stream
        raise KeyError(key)
