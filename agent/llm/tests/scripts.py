"""What scripted models say."""

from __future__ import annotations

import re

from agent.testing.standins import Call, Heard, Reply

FIGURE = re.compile(r'"id":"(?P<id>c1\.f1)".*?"printed":"(?P<printed>[^"]+)"')
READ = Reply(calls=(Call("get_readiness_breakdown"),), input_tokens=5_000, output_tokens=20)


def score(heard: Heard) -> tuple[str, str]:
    """The first figure as the tool printed it, and its reference, found in what the provider was sent."""
    found = FIGURE.search(str(heard.body).replace("\\", ""))
    assert found
    return found["printed"], found["id"]


def said(figure: str, ref: str) -> Reply:
    return Reply(("Your score is ", figure, f" [ev:{ref}]."), input_tokens=6_000, output_tokens=30)
