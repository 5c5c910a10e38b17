"""Words as the search compares them: lower case, without endings, with the field's synonyms."""

from __future__ import annotations

import re

WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)?")
STOP = frozenset(
    WORD.findall(
        """a an and are as at be been but by can could did do does for from had has have how i if in into is it its i'm
    me my no not of on or our ours should so some than that the their them then there these they this those to us was we
    were what what's when where which who why will with would you your about any just please tell show give explain
    mean means work works good bad thing things much many going get need want like really actually"""
    )
)
SYNONYMS = {
    "chargeback": ("dispute",), "dispute": ("chargeback",),
    "loan": ("lender", "fund", "capital"), "lend": ("lender",), "borrow": ("lender", "fund"), "capital": ("lender",),
    "finance": ("fund", "lender"), "qualify": ("lender", "eligibility"), "eligible": ("lender", "eligibility"),
    "investor": ("lender",), "bank": ("payout",), "deposit": ("payout",), "withdrawal": ("payout",),
    "transfer": ("payout",), "volatility": ("steady", "stable"), "volatile": ("volatility", "steady"),
    "unstable": ("volatility", "steady"), "predictable": ("steady",), "fluctuate": ("volatility", "steady"),
    "jumpy": ("volatility",), "seasonal": ("season",), "statement": ("descriptor",), "recognise": ("unrecognized",),
    "recognize": ("unrecognized",), "fraud": ("warn",), "stolen": ("fraudulent",), "cancel": ("subscription",),
    "calculate": ("computed", "weight"), "compute": ("calculate",), "computed": ("calculate",),
    "formula": ("calculate", "weight"), "improve": ("steady",), "sale": ("revenue",), "revenue": ("sale",),
    "income": ("revenue",), "turnover": ("revenue",), "tier": ("score",), "grade": ("tier", "score"),
    "ready": ("readiness",), "money": ("amount",), "evidence": ("response",), "arrive": ("payout",),
    "concentration": ("customer", "largest"), "visa": ("network",), "mastercard": ("network",),
}  # fmt: skip


def terms(text: str) -> list[str]:
    """The stems of the words that carry meaning, in order."""
    return [stem(word) for word in WORD.findall(text.lower()) if word not in STOP]


def stem(word: str) -> str:
    """Cut the common English endings. Only has to do the same to a page and to a question."""
    word = word.split("'")[0]
    for ending, instead in (("ies", "y"), ("sses", "ss"), ("ing", ""), ("edly", ""), ("ed", ""), ("ly", ""), ("s", "")):
        if word.endswith(ending) and len(word) - len(ending) >= 4 - len(instead) and not word.endswith("ss"):
            word = word[: -len(ending)] + instead
            break
    if len(word) > 4 and word[-1] == word[-2] and word[-1] not in "lsz":
        word = word[:-1]
    return word[:-1] if word.endswith("e") and len(word) > 4 else word


def expanded(text: str) -> dict[str, float]:
    """Query terms with weights: a word itself counts 1, its synonyms one half."""
    weights: dict[str, float] = {}
    for word in WORD.findall(text.lower()):
        if word in STOP:
            continue
        base = stem(word)
        weights[base] = 1.0
        for synonym in _SYNONYM_STEMS.get(base, ()):
            weights.setdefault(synonym, 0.5)
    return weights


_SYNONYM_STEMS = {stem(word): tuple(stem(other) for other in others) for word, others in SYNONYMS.items()}
