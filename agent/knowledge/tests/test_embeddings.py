"""Encoders: MiniLM computed here, an endpoint that speaks like OpenAI's, and what happens when it does not."""

from __future__ import annotations

import json
from contextlib import AbstractContextManager
from typing import Any

import numpy as np
import pytest

from agent.knowledge.embeddings import embedder, encoder_is_complete
from agent.knowledge.embeddings.minilm import LONGEST, MiniLM
from agent.knowledge.embeddings.model import EmbeddingFailed
from agent.knowledge.embeddings.openai import OpenAIEmbedder
from agent.testing.standins import Reply, StandIn, stand_in
from agent.testing.standins.server import Protocol


@pytest.fixture(scope="module")
def minilm() -> MiniLM:
    return MiniLM()


class TestMiniLM:
    def test_gives_what_the_models_authors_print(self, minilm: MiniLM) -> None:
        """The first numbers of the card of sentence-transformers/all-MiniLM-L6-v2 for its two example sentences."""
        found = minilm.embed(["This is an example sentence", "Each sentence is converted"])
        assert found[0, :3] == pytest.approx([0.0677, 0.0635, 0.0487], abs=1e-4)
        assert found[1, :3] == pytest.approx([0.0864, 0.1027, 0.0054], abs=1e-4)

    def test_gives_rows_of_length_one_in_the_order_of_the_texts(self, minilm: MiniLM) -> None:
        texts = ["a dispute", "money that did not arrive at the bank " * 20, "payout"]
        together = minilm.embed(texts)
        assert together.shape == (3, 384) and together.dtype == np.float32
        assert np.linalg.norm(together, axis=1) == pytest.approx([1, 1, 1], abs=1e-5)
        for row, text in zip(together, texts, strict=True):  # what it shares a pass with changes nothing
            assert row == pytest.approx(minilm.embed([text])[0], abs=1e-5)

    def test_puts_what_means_the_same_together(self, minilm: MiniLM) -> None:
        asked, near, far = minilm.embed(["my bank got no money", "The payout did not arrive.", "The weather was mild."])
        assert asked @ near > asked @ far + 0.2

    @pytest.mark.parametrize("text", ["", "  ", "\x00", "🦊" * 700, "a" * 5000, "ไม่มีเงิน", "word " * 3000])
    def test_takes_any_text(self, minilm: MiniLM, text: str) -> None:
        assert np.all(np.isfinite(minilm.embed([text])))

    def test_of_no_texts_is_empty(self, minilm: MiniLM) -> None:
        assert minilm.embed([]).shape == (0, 384)

    def test_windows_lose_no_word_and_are_read_whole(self, minilm: MiniLM) -> None:
        text = " ".join(f"chargeback{number} was unrecognised." for number in range(200))
        windows = minilm.windows(text, prefix="Disputes. ")
        assert len(windows) > 3 and all(window.startswith("Disputes. ") for window in windows)
        assert all(minilm.count(window) + 2 <= LONGEST for window in windows)
        assert " ".join(window.removeprefix("Disputes. ") for window in windows) == text

    def test_windows_of_a_blank_text_are_none(self, minilm: MiniLM) -> None:
        assert minilm.windows(" \n ", prefix="Title. ") == []


def vectors_of(*rows: list[float]) -> Reply:
    """What the endpoint answers, in any order."""
    data = [{"object": "embedding", "index": at, "embedding": row} for at, row in reversed(list(enumerate(rows)))]
    usage = {"prompt_tokens": 1, "total_tokens": 1}
    return Reply((json.dumps({"object": "list", "model": "small", "data": data, "usage": usage}),))


EMBEDDINGS = Protocol(
    "/v1/embeddings",
    error=lambda status: {"error": {"message": "no", "type": "server_error", "code": None, "param": None}},
    whole=lambda reply, heard: json.loads(reply.text),
    stream=lambda reply, heard: iter(()),
)


def asked(*script: Reply) -> AbstractContextManager[StandIn]:
    return stand_in(EMBEDDINGS, script)


def client(server: StandIn) -> OpenAIEmbedder:
    return OpenAIEmbedder(model="small", base_url=f"{server.url}/v1", key="key-for-tests")


class TestAnEndpointLikeOpenAIs:
    def test_gives_unit_vectors_in_the_order_of_the_texts(self) -> None:
        with asked(vectors_of([3, 4], [0, 2])) as server:
            found = client(server).embed(["one", "two"])
        assert found.tolist() == pytest.approx(np.array([[0.6, 0.8], [0, 1]]))
        assert server.heard[0].body["input"] == ["one", "two"] and server.heard[0].body["model"] == "small"
        assert server.heard[0].headers["authorization"] == "Bearer key-for-tests"

    def test_asks_in_rounds(self) -> None:
        with stand_in(EMBEDDINGS, lambda heard, number: vectors_of(*[[1.0, 0.0]] * len(heard.body["input"]))) as server:
            assert client(server).embed(["text"] * 130).shape == (130, 2)
        assert [len(heard.body["input"]) for heard in server.heard] == [64, 64, 2]

    @pytest.mark.parametrize(
        "reply",
        [
            Reply(status=401),
            Reply(status=500),
            vectors_of(),
            vectors_of([1, 0], [0, 1]),
            vectors_of([0, 0]),
            vectors_of([]),
            Reply(('{"object": "list", "data": [], "model": "small"}',)),
        ],
        ids=["refused", "broken", "none", "too many", "zero", "empty", "no data"],
    )
    def test_says_that_it_failed(self, reply: Reply) -> None:
        with asked(reply) as server, pytest.raises(EmbeddingFailed):
            client(server).embed(["one"])

    def test_says_that_vectors_of_two_lengths_failed(self) -> None:
        with asked(vectors_of([1, 0], [1, 0, 0])) as server, pytest.raises(EmbeddingFailed):
            client(server).embed(["one", "two"])

    def test_says_that_nobody_answered(self) -> None:
        with asked() as server:
            gone = client(server)
        with pytest.raises(EmbeddingFailed):
            gone.embed(["one"])


class TestWhichEncoder:
    def test_is_the_one_of_the_settings(self, settings: Any) -> None:
        settings.EMBEDDINGS = "minilm"
        assert isinstance(embedder(), MiniLM) and embedder() is embedder()
        settings.EMBEDDINGS, settings.OPENAI_API_KEY = "openai", "key-for-tests"
        chosen = embedder()
        assert chosen is not None and chosen.model_id == f"openai:{settings.EMBEDDINGS_MODEL}"
        settings.EMBEDDINGS = "none"
        assert embedder() is None

    @pytest.mark.parametrize(
        ("name", "key", "ids"),
        [
            ("minilm", "", []),
            ("none", "", []),
            ("openai", "k", []),
            ("openai", "", ["agent.E4"]),
            ("bert", "", ["agent.E3"]),
        ],
    )
    def test_incomplete_settings_are_told_at_the_start(
        self, settings: Any, name: str, key: str, ids: list[str]
    ) -> None:
        settings.EMBEDDINGS, settings.OPENAI_API_KEY = name, key
        assert [error.id for error in encoder_is_complete()] == ids
