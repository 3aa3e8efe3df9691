"""The estimator: what scikit-learn asks of any, and what texts ask of this one.

Of ``sklearn.utils.estimator_checks`` those are run that hand over no numbers: an estimator of texts cannot take the
others' tables. What these ask (the same fit again, subsets, order, labels of all kinds, unchanged parameters) is asked
here with texts.
"""

import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import polars
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils import estimator_checks

from rosearch import RoSearchClassifier
from rosearch.core.errors import InputError
from rosearch.core.events import Event, Progress
from rosearch.data.task import Task
from rosearch.search.events import TrialRecorded
from rosearch.search.study import Study
from rosearch.students.standard import first_student
from rosearch.students.student import Student
from rosearch.testing.toy_teacher import FINE_TUNING

CHECKS = (
    "check_estimator_cloneable",
    "check_estimator_tags_renamed",
    "check_valid_tag_types",
    "check_estimator_repr",
    "check_no_attributes_set_in_init",
    "check_estimators_unfitted",
    "check_do_not_raise_errors_in_init_or_set_params",
    "check_mixin_order",
    "check_parameters_default_constructible",
    "check_get_params_invariance",
    "check_set_params",
)


@pytest.fixture(scope="module")
def settings(toy_checkpoint: Path) -> dict[str, Any]:
    """For an estimator that learns from labels, with a toy teacher's word embeddings."""
    return {"teacher": str(toy_checkpoint), "distil": False, "epochs": 20, "learning_rate": 3e-3, "max_length": 32}


@pytest.fixture(scope="module")
def texts(task: Task) -> list[str]:
    return list(task.train.texts[:120])


@pytest.fixture(scope="module")
def labels(task: Task) -> list[str]:
    return [task.label_names[label] for label in task.train.labels[:120]]


@pytest.fixture(scope="module")
def fitted(settings: dict[str, Any], texts: list[str], labels: list[str]) -> RoSearchClassifier:
    return RoSearchClassifier(**settings).fit(texts, labels)


@pytest.mark.parametrize("check", CHECKS)
def test_what_scikit_learn_asks_of_any_estimator(check: str, toy_checkpoint: Path) -> None:
    estimator = RoSearchClassifier(teacher=str(toy_checkpoint))
    if check in ("check_no_attributes_set_in_init", "check_parameters_default_constructible"):
        estimator = RoSearchClassifier()
    getattr(estimator_checks, check)("RoSearchClassifier", estimator)


class TestFitted:
    def test_learns(self, fitted: RoSearchClassifier, task: Task) -> None:
        expected = [task.label_names[label] for label in task.test.labels]
        assert fitted.score(list(task.test.texts), expected) > 0.7
        assert isinstance(fitted.student_, Student)

    def test_probabilities_are_those_of_the_classes(self, fitted: RoSearchClassifier, texts: list[str]) -> None:
        probabilities = fitted.predict_proba(texts)
        assert probabilities.shape == (120, 2)
        assert probabilities.sum(axis=1) == pytest.approx(np.ones(120))
        assert (fitted.predict(texts) == fitted.classes_[probabilities.argmax(axis=1)]).all()

    def test_each_text_is_judged_by_itself(self, fitted: RoSearchClassifier, texts: list[str]) -> None:
        whole = fitted.predict_proba(texts)
        assert fitted.predict_proba(texts[7:20]) == pytest.approx(whole[7:20], abs=1e-5)
        assert fitted.predict_proba(texts[::-1]) == pytest.approx(whole[::-1], abs=1e-5)
        assert fitted.predict_proba(texts[3:4]) == pytest.approx(whole[3:4], abs=1e-5)

    def test_the_same_fit_again_gives_the_same(
        self, fitted: RoSearchClassifier, settings: dict[str, Any], texts: list[str], labels: list[str]
    ) -> None:
        again = clone(fitted)
        assert not hasattr(again, "classes_")
        before = dict(again.get_params())
        assert again.fit(texts, labels) is again
        assert (again.predict_proba(texts) == fitted.predict_proba(texts)).all()
        assert again.get_params() == before
        other = RoSearchClassifier(**settings, random_state=1).fit(texts, labels)
        assert (other.predict_proba(texts) != fitted.predict_proba(texts)).any()

    def test_odd_texts_are_judged_too(self, fitted: RoSearchClassifier) -> None:
        odd = ["", " ", "\ud83d", "\x00", "word " * 5000, "\U0001f600", "\u202eabc"]
        assert np.isfinite(fitted.predict_proba(odd)).all()

    @pytest.mark.parametrize("form", ["array", "objects", "column", "polars", "tuple"])
    def test_texts_come_in_many_forms(self, fitted: RoSearchClassifier, texts: list[str], form: str) -> None:
        forms = {
            "array": np.array(texts),
            "objects": np.array(texts, dtype=object),
            "column": np.array(texts)[:, None],
            "polars": polars.Series(texts),
            "tuple": tuple(texts),
        }
        assert (fitted.predict(forms[form]) == fitted.predict(texts)).all()


@pytest.mark.parametrize(
    "names",
    [
        (0, 1),
        (-3, 7),
        (False, True),
        (2.0, 5.0),
        ("ham", "spam"),
        ("\xe9t\xe9", "hiver"),
        (np.str_("a"), np.str_("b")),
    ],
)
def test_labels_may_be_anything(settings: dict[str, Any], task: Task, names: tuple, tmp_path: Path) -> None:
    y = np.array([names[label] for label in task.train.labels[:60]])
    estimator = RoSearchClassifier(**{**settings, "epochs": 1}).fit(task.train.texts[:60], y)
    assert estimator.classes_.tolist() == sorted(names)
    found = estimator.predict(task.train.texts[:60])
    assert found.dtype == y.dtype
    estimator.save(tmp_path / "saved")
    again = RoSearchClassifier.load(tmp_path / "saved")
    assert again.classes_.dtype == y.dtype
    assert (again.predict(task.train.texts[:60]) == found).all()


def test_three_classes_and_a_class_of_one_text(settings: dict[str, Any], texts: list[str], labels: list[str]) -> None:
    few = {**settings, "epochs": 1}
    estimator = RoSearchClassifier(**few).fit([*texts, "something else entirely"], [*labels, "other"])
    assert estimator.classes_.tolist() == ["bad", "good", "other"]
    assert estimator.predict_proba(["a text"]).shape == (1, 3)
    assert RoSearchClassifier(**few).fit(["yes", "no"], [1, 0]).predict(["yes"]).shape == (1,)


def test_pairs_of_texts(settings: dict[str, Any], texts: list[str], labels: list[str]) -> None:
    pairs = [(text, "Is it good ?") for text in texts[:40]]
    estimator = RoSearchClassifier(**{**settings, "epochs": 1}).fit(pairs, labels[:40])
    assert estimator.predict(np.array(pairs, dtype=object)).shape == (40,)
    with pytest.raises(ValueError, match=r"X has 1 text field\(s\), but the estimator was fitted on 2"):
        estimator.predict(texts)


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        (["a", "b"], None, "requires y to be passed"),
        (["a", "b"], ["x"], "inconsistent numbers of samples"),
        (["a", "b"], ["x", "x"], "only one class"),
        (["a", "b"], [0.5, 0.7], "Unknown label type"),
        ([1.5, 2.5], ["x", "y"], "of type float. Give strings"),
        ([["a", "b", "c"]] * 2, ["x", "y"], "Give strings, or pairs of strings"),
        (["a", ("b", "c")], ["x", "y"], "one or the other"),
        ([], [], "0 sample"),
        ("a text", ["x"], "X is one string"),
        (["a", None], ["x", "y"], "of type NoneType"),
    ],
)
def test_what_does_not_fit_is_a_value_error(settings: dict[str, Any], x: Any, y: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        RoSearchClassifier(**settings).fit(x, y)


def test_wrong_settings_are_named(texts: list[str], labels: list[str], settings: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="no such directory"):
        RoSearchClassifier(teacher="./nowhere").fit(texts, labels)
    with pytest.raises(InputError, match="Did you mean 'robust'"):
        RoSearchClassifier(**{**settings, "distil": True, "scheme": "robst"}).fit(texts, labels)
    with pytest.raises(NotFittedError):
        RoSearchClassifier().predict(["a"])


class TestComposition:
    def test_grid_search(self, settings: dict[str, Any], texts: list[str], labels: list[str]) -> None:
        grid = GridSearchCV(RoSearchClassifier(**settings), {"epochs": [0.1, 20]}, cv=2)
        grid.fit(texts, labels)
        assert grid.best_params_["epochs"] == 20
        assert grid.best_score_ > 0.5

    def test_pipeline_and_cross_validation(self, settings: dict[str, Any], texts: list[str], labels: list[str]) -> None:
        lower = FunctionTransformer(lambda column: [text.lower() for text in column])
        pipeline = make_pipeline(lower, RoSearchClassifier(**{**settings, "epochs": 2}))
        assert cross_val_score(pipeline, texts, labels, cv=2).shape == (2,)


class TestSaved:
    def test_nothing_is_pickled_and_all_commands_take_the_folder(
        self, fitted: RoSearchClassifier, texts: list[str], tmp_path: Path
    ) -> None:
        fitted.save(tmp_path / "saved")
        names = {path.name for path in (tmp_path / "saved").iterdir()}
        assert names >= {"estimator.json", "model.safetensors", "student.json", "tokenizer.json"}
        assert not any(name.endswith((".pkl", ".joblib", ".bin", ".npy")) for name in names)
        again = RoSearchClassifier.load(tmp_path / "saved")
        assert (again.predict_proba(texts) == fitted.predict_proba(texts)).all()
        assert again.get_params() == fitted.get_params()
        assert Student.from_pretrained(tmp_path / "saved").label_names == ("bad", "good")

    def test_joblib_may_send_it_elsewhere(self, fitted: RoSearchClassifier, texts: list[str]) -> None:
        again = pickle.loads(pickle.dumps(fitted))  # noqa: S301 - made a line before
        assert (again.predict_proba(texts) == fitted.predict_proba(texts)).all()

    def test_what_is_damaged_is_named(self, fitted: RoSearchClassifier, tmp_path: Path) -> None:
        with pytest.raises(InputError, match=r"estimator\.json: holds no estimator"):
            RoSearchClassifier.load(tmp_path)
        fitted.save(tmp_path / "saved")
        path = tmp_path / "saved" / "estimator.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), "version": 9}))
        with pytest.raises(InputError, match="version 9"):
            RoSearchClassifier.load(tmp_path / "saved")
        with pytest.raises(NotFittedError):
            RoSearchClassifier().save(tmp_path / "other")


class TestTeacher:
    @pytest.fixture
    def teaching(self, settings: dict[str, Any], tmp_path: Path) -> dict[str, Any]:
        fine_tuning = {"fine_tuning": dict(FINE_TUNING)}
        return {**settings, "distil": True, "teacher_settings": fine_tuning, "keep": tmp_path / "kept"}

    def test_it_is_fine_tuned_once_where_it_is_kept(
        self, teaching: dict[str, Any], task: Task, texts: list[str], labels: list[str]
    ) -> None:
        heard: list[Event] = []
        estimator = RoSearchClassifier(**teaching, listener=heard.append).fit(texts, labels)
        assert any(isinstance(event, Progress) and "fine-tuning" in event.stage for event in heard)
        expected = [task.label_names[label] for label in task.test.labels]
        assert estimator.score(list(task.test.texts), expected) > 0.7
        heard.clear()
        estimator.set_params(epochs=2).fit(texts, labels)
        assert not any(isinstance(event, Progress) and "fine-tuning" in event.stage for event in heard)
        (folder,) = Path(teaching["keep"]).iterdir()
        assert folder.name.startswith("teacher-")

    def test_a_search_finds_an_architecture_and_is_resumed(
        self, teaching: dict[str, Any], texts: list[str], labels: list[str]
    ) -> None:
        heard: list[Event] = []
        searching = {**teaching, "trials": 2, "attacks": ("deepwordbug",), "epochs": 2}
        estimator = RoSearchClassifier(**searching, listener=heard.append)
        estimator.fit(texts, labels)
        trials = [event for event in heard if isinstance(event, TrialRecorded)]
        assert len(trials) == 2
        assert estimator.predict(texts).shape == (120,)
        (folder,) = Path(teaching["keep"]).iterdir()
        study = Study.open(folder)
        searched = {trial.architecture.architecture_id for trial in study.trials}
        assert study.finished
        assert estimator.student_.architecture.architecture_id in searched | {first_student().architecture_id}
        heard.clear()
        clone(estimator).set_params(listener=heard.append).fit(texts, labels)
        assert not any(isinstance(event, TrialRecorded) for event in heard)
