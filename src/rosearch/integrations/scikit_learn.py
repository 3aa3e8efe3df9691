"""A student as an estimator of scikit-learn."""

import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, final

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import check_consistent_length, check_random_state, column_or_1d
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted

from rosearch.core.events import Listener, ignore
from rosearch.core.protocols import FloatArray, Text
from rosearch.integrations import estimator_files
from rosearch.integrations.columns import class_names, task_of, texts_of
from rosearch.integrations.fitting import Fitting

if TYPE_CHECKING:
    from rosearch.students.text_classifier import TextClassifier


@final
class RoSearchClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn is not typed
    """A small text classifier, distilled from a pretrained teacher; with ``trials``, the best of a search.

    ``X`` is a list, array or column of texts, or of pairs of texts; ``y`` are labels of any kind. A part of the texts
    is set aside for selecting.

    Args:
        teacher: A directory, a hub id or ``"minilm"``; fine-tuned on the texts where its head does not fit.
        distil: Whether the student learns from the teacher's answers. Else it learns from the labels alone and takes
            only the teacher's word embeddings: seconds instead of minutes, for a start or a grid search.
        trials: Architectures to search through; 0 trains one that does well in general.
        epochs: Of the student's training; None takes 8, and more where the texts are few.
        learning_rate: Peak of the student's training.
        scheme: ``"plain"`` or ``"robust"``; where it distils.
        space: The preset that is searched.
        attacks: What a search attacks with.
        dev_share: Of the texts, set aside for selecting.
        max_length: Longest input in word pieces; what is beyond is cut off.
        teacher_settings: Other fields of the teacher, such as ``{"fine_tuning": {"epochs": 1}}``.
        keep: A folder in which prepared teachers and searches stay: the same texts and settings go on from there. None
            keeps nothing.
        random_state: Decides everything that is drawn.
        listener: Hears the progress.

    Attributes:
        classes_: The labels, sorted, shape ``(classes,)``.
        student_: What was trained.
        text_fields_: Fields of each text, 1 or 2.
    """

    def __init__(
        self,
        *,
        teacher: str = "minilm",
        distil: bool = True,
        trials: int = 0,
        epochs: float | None = None,
        learning_rate: float = 1e-3,
        scheme: str = "plain",
        space: str = "tiny",
        attacks: tuple[str, ...] = ("pwws",),
        dev_share: float = 0.1,
        max_length: int = 128,
        teacher_settings: dict[str, Any] | None = None,
        keep: str | Path | None = None,
        random_state: Any = 0,
        listener: Listener | None = None,
    ) -> None:
        self.teacher = teacher
        self.distil = distil
        self.trials = trials
        self.epochs = epochs
        self.learning_rate = learning_rate
        self.scheme = scheme
        self.space = space
        self.attacks = attacks
        self.dev_share = dev_share
        self.max_length = max_length
        self.teacher_settings = teacher_settings
        self.keep = keep
        self.random_state = random_state
        self.listener = listener

    def fit(self, X: Any, y: Any) -> Self:
        """Trains a student.

        Args:
            X: Texts, or pairs of texts.
            y: The label of each.

        Returns:
            Itself.

        Raises:
            ValueError: If texts and labels do not fit together.
            InputError: If a setting is wrong or the teacher cannot be had.
        """
        if y is None:
            raise ValueError("This RoSearchClassifier estimator requires y to be passed, but the target y is None.")
        texts, labels = texts_of(X), column_or_1d(y, warn=True)
        check_consistent_length(texts, labels)
        check_classification_targets(labels)
        classes, codes = np.unique(labels, return_inverse=True)
        if len(classes) < 2:
            raise ValueError(f"y holds only one class, {classes[0]!r}; a classifier needs two or more.")
        seed = int(check_random_state(self.random_state).randint(np.iinfo(np.int32).max))
        task = task_of(texts, codes, class_names(classes), dev_share=self.dev_share, seed=seed)
        with ExitStack() as stack:
            kept = self.keep or stack.enter_context(tempfile.TemporaryDirectory(prefix="rosearch-fit-"))
            fitting = Fitting(
                teacher={"model": self.teacher, "max_length": self.max_length, **(self.teacher_settings or {})},
                distil=self.distil,
                trials=self.trials,
                epochs=self.epochs,
                learning_rate=self.learning_rate,
                scheme=self.scheme,
                space=self.space,
                attacks=tuple(self.attacks),
                seed=seed,
                folder=Path(kept),
                listener=self.listener or ignore,
            )
            self.student_: TextClassifier = fitting.fit(task)
        self.classes_: NDArray[Any] = classes
        self.text_fields_ = task.text_fields
        return self

    def predict_proba(self, X: Any) -> FloatArray:
        """Returns the probability of each class, shape ``(n, classes)``, in the order of ``classes_``.

        Args:
            X: Texts, or pairs of texts.

        Raises:
            NotFittedError: If ``fit`` was not called.
            ValueError: If ``X`` holds something else.
        """
        check_is_fitted(self, "student_")
        return self.student_.probabilities(self._texts(X))

    def predict(self, X: Any) -> NDArray[Any]:
        """Returns the most probable label of each text, shape ``(n,)``.

        Args:
            X: Texts, or pairs of texts.

        Raises:
            NotFittedError: If ``fit`` was not called.
            ValueError: If ``X`` holds something else.
        """
        check_is_fitted(self, "student_")
        found: NDArray[Any] = self.classes_[self.student_.logits(self._texts(X)).argmax(axis=1)]
        return found

    def save(self, folder: str | Path) -> None:
        """Writes the fitted estimator as safetensors and JSON; the folder is a student's, for all commands.

        Args:
            folder: Where to write.

        Raises:
            NotFittedError: If ``fit`` was not called.
            ValueError: If a class or a parameter cannot be written as JSON.
        """
        check_is_fitted(self, "student_")
        parameters = {name: value for name, value in self.get_params().items() if name != "listener"}
        estimator_files.save(Path(folder), self.student_, self.classes_, parameters, text_fields=self.text_fields_)

    @classmethod
    def load(cls, folder: str | Path) -> Self:
        """Reads what ``save`` wrote; nothing in the folder is executed.

        Args:
            folder: Where it stands.

        Raises:
            InputError: If a file is missing or damaged.
        """
        record = estimator_files.load(Path(folder))
        estimator = cls(**record.parameters)
        estimator.student_ = record.student
        estimator.classes_ = record.classes
        estimator.text_fields_ = record.text_fields
        return estimator

    def __getstate__(self) -> dict[str, Any]:
        """Returns plain data, the student as its files, so that joblib can send the estimator to other processes."""
        state = dict(super().__getstate__())
        if "student_" in state:
            state["student_"] = estimator_files.packed(state["student_"])
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Takes what ``__getstate__`` gave."""
        if "student_" in state:
            state = {**state, "student_": estimator_files.unpacked(state["student_"])}
        super().__setstate__(state)

    def __sklearn_tags__(self) -> Any:
        """Says what ``X`` is: a column of strings."""
        tags = super().__sklearn_tags__()
        tags.input_tags.one_d_array = True
        tags.input_tags.two_d_array = False
        tags.input_tags.string = True
        return tags

    def _texts(self, X: Any) -> list[Text]:
        texts = texts_of(X)
        fields = 1 if isinstance(texts[0], str) else 2
        if fields != self.text_fields_:
            raise ValueError(f"X has {fields} text field(s), but the estimator was fitted on {self.text_fields_}.")
        return texts
