"""What others measure politeness with: 21 features and a fitted logistic regression.

The features are those of the Stanford politeness corpus (Danescu-Niculescu-Mizil et al. 2013)
as their paper and the documentation of ConvoKit describe them, written anew on the same
parses; for their lists of positive and negative words stand ours.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from qa.language.parsing import Node
from qa.scoring.politeness import Reading

_PLURAL = {"we", "our", "us", "ourselves"}
_SINGULAR = {"i", "my", "mine", "myself", "me"}
_SECOND = {"you", "your", "yours", "yourself"}
_PRAISE = {"great", "good", "nice", "interesting", "cool", "excellent", "awesome"}
_HEDGES = {
    "think", "thought", "almost", "apparent", "apparently", "appear", "appears", "approximately",
    "assume", "assumed", "believe", "could", "doubt", "estimate", "feel", "felt", "generally",
    "guess", "in general", "indicate", "likely", "mainly", "may", "maybe", "might", "mostly",
    "often", "perhaps", "possible", "possibly", "presumably", "probable", "probably", "quite",
    "rather", "seem", "seems", "should", "sometimes", "somewhat", "suggest", "suppose", "suspect",
    "tend", "typically", "unclear", "unlikely", "usually", "would",
}  # fmt: skip
_FACTS = {"really", "actually", "honestly", "surely"}

FEATURES = 21


def features(nodes: Sequence[Node], reading: Reading) -> list[float]:
    """Return which of the 21 a text has."""
    texts = [n.text for n in nodes]
    words = set(texts)
    joined = f" {' '.join(texts)} "
    starts = {n.text for n in nodes if n.place == 0}
    early = {n.text for n in nodes if n.place < 2}  # noqa: PLR2004 - the first two words
    inner = {n.text for n in nodes if n.place > 0}
    named = {s.name for s in reading.strategies}
    head_hedged = any(
        n.dep == "nsubj" and nodes[n.head].text in _HEDGES for n in nodes if n.head < len(nodes)
    )
    sorry = bool(words & {"sorry", "woops", "oops"}) or "i apologize" in joined
    found = (
        "please" in inner,
        "please" in starts,
        head_hedged,
        bool(words & _HEDGES),
        " by the way " in joined,
        bool(words & _FACTS) or " in fact " in joined or " the point " in joined,
        bool(starts & _PRAISE),
        bool(words & {"thank", "thanks"}) or " i appreciate " in joined,
        sorry or " excuse me " in joined or " forgive me " in joined,
        bool(words & _PLURAL),
        bool(words & _SINGULAR),
        bool(starts & _SINGULAR),
        bool(words & _SECOND),
        bool(starts & _SECOND),
        bool(starts & {"hi", "hello", "hey"}),
        bool(early & {"what", "why", "who", "how"}),
        bool(starts & {"so", "then", "and", "but", "or"}),
        "positive" in named,
        "negative" in named,
        " could you " in joined or " would you " in joined,
        " can you " in joined or " will you " in joined,
    )
    return [float(x) for x in found]


def cross_validated(
    rows: NDArray[np.float64], polite: NDArray[np.bool_], *, folds: int = 10, seed: int = 0
) -> NDArray[np.float64]:
    """Return for each row the score of a regression fitted on the other folds."""
    fold = np.random.default_rng(seed).permutation(len(rows)) % folds
    scores = np.zeros(len(rows))
    for k in range(folds):
        weights = _fit(rows[fold != k], polite[fold != k])
        scores[fold == k] = _with_one(rows[fold == k]) @ weights
    return scores


def _with_one(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.hstack([np.ones((len(rows), 1)), rows])


def _fit(
    rows: NDArray[np.float64], polite: NDArray[np.bool_], *, penalty: float = 1.0
) -> NDArray[np.float64]:
    """Fit by Newton's steps; the intercept is not penalised."""
    given = _with_one(rows)
    weights = np.zeros(given.shape[1])
    ridge = np.eye(len(weights)) * penalty
    ridge[0, 0] = 1e-9
    for _ in range(25):
        p = 1 / (1 + np.exp(-(given @ weights)))
        curve = given.T @ (given * (p * (1 - p))[:, None]) + ridge
        weights = weights - np.linalg.solve(curve, given.T @ (p - polite) + ridge @ weights)
    return weights
