"""The analyst's vocabulary, read from `lexicon.toml`: words, shapes, metrics, components, intents and their cues."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).with_name("lexicon.toml")
NAME = re.compile(r"<([A-Z_]+)>")


@dataclass(frozen=True, slots=True)
class Cue:
    """A pattern in the normalised question and what it is worth."""

    pattern: re.Pattern[str]
    weight: int


@dataclass(frozen=True, slots=True)
class Intent:
    """A kind of question. `example` is one that works, for suggestions; `desk` is empty where it needs none."""

    name: str
    example: str
    desk: str
    cues: tuple[Cue, ...]

    def total(self, text: str) -> int:
        return sum(cue.weight for cue in self.cues if cue.pattern.search(text))


@dataclass(frozen=True, slots=True)
class Lexicon:
    spoken: tuple[tuple[str, str], ...]
    shapes: dict[str, re.Pattern[str]]
    metrics: tuple[tuple[str, re.Pattern[str]], ...]
    components: tuple[tuple[str, re.Pattern[str]], ...]
    intents: tuple[Intent, ...]


def read_lexicon(path: Path = FILE) -> Lexicon:
    """Errors: KeyError for a `<NAME>` without an entry, re.error for a pattern that is none."""
    body = tomllib.loads(path.read_text(encoding="utf-8"))
    words: dict[str, str] = body["words"]

    def compiled(pattern: str) -> re.Pattern[str]:
        return re.compile(NAME.sub(lambda match: words[match[1]], pattern))

    return Lexicon(
        spoken=tuple(body["spoken"].items()),
        shapes={name: compiled(pattern) for name, pattern in body["shapes"].items()},
        metrics=tuple((name, compiled(rf"\b(?:{pattern})")) for name, pattern in body["metrics"].items()),
        components=tuple((name, compiled(rf"\b(?:{pattern})\b")) for name, pattern in body["components"].items()),
        intents=tuple(
            Intent(
                intent["name"],
                intent["example"],
                intent["desk"],
                tuple(Cue(compiled(pattern), weight) for weight, pattern in intent["cues"]),
            )
            for intent in body["intents"]
        ),
    )


LEXICON = read_lexicon()
