"""A model behind a mending of its input."""

import numpy as np

from rosearch.core.protocols import FloatArray, Text
from rosearch.students.normalised import Normalised


class Echo:
    """Remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Text] = []

    def logits(self, texts: list[Text]) -> FloatArray:
        self.asked.extend(texts)
        return np.zeros((len(texts), 2))


def test_the_model_sees_the_mended_text() -> None:
    echo = Echo()
    model = Normalised.learn(echo, ["a wonderful movie", "a wonderful movie, really", "a movie"])
    assert model.logits(["A w0nderful mоvie !", ("wondreful", "mvoie\u200b")]).shape == (2, 2)
    assert echo.asked == ["A wonderful movie !", ("wonderful", "movie")]


def test_without_a_corrector_only_looks_are_folded() -> None:
    assert Normalised(model=Echo()).mend("wondreful mоvie") == "wondreful movie"
