"""The perceptron tagger against NLTK's, with the same weights; in both forms that weights come in."""

import json
import pickle
from pathlib import Path

import golden_resources
import pytest

from rosearch.core.errors import AssetError
from rosearch.data.tagger import FILES
from rosearch.lexicons.perceptron_tagger import PerceptronTagger
from rosearch.lexicons.perceptron_weights import PICKLE, read_weights

HERE = Path(__file__).parent
TEXTS: list[str] = json.loads((HERE / "golden_texts.json").read_text(encoding="utf-8"))
PARTS = golden_resources.tagger_files(TEXTS)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ROSEARCH_CACHE", str(tmp_path / "cache"))
    for part, name in FILES.items():
        (tmp_path / name).write_text(json.dumps(PARTS[part]), encoding="utf-8")
    return tmp_path


def test_tags_are_nltks(folder: Path) -> None:
    golden = json.loads((HERE / "golden_tags.json").read_text(encoding="utf-8"))
    tagger = PerceptronTagger(path=str(folder))
    assert [list(tagger.tags(words)) for words, _ in golden] == [tags for _, tags in golden]
    assert len({tag for _, tags in golden for tag in tags}) >= 5


def test_the_pickle_is_read_as_data_and_gives_the_same(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "pickled"
    other.mkdir()
    content = (PARTS["weights"], PARTS["tagdict"], set(PARTS["classes"]))
    # Protocol 2, which the published file has; Python 2 called this module by another name, and strings were bytes.
    raw = pickle.dumps(content, protocol=2).replace(b"cbuiltins\nset\n", b"c__builtin__\nset\n")
    (other / PICKLE).write_bytes(raw)
    assert read_weights(other) == read_weights(folder)


def test_a_pickle_that_would_call_something_is_refused(tmp_path: Path) -> None:
    (tmp_path / PICKLE).write_bytes(b"cos\nsystem\n(S'echo bad'\ntR.")
    with pytest.raises(AssetError, match="instruction GLOBAL at byte 0 is not for plain data"):
        read_weights(tmp_path)


@pytest.mark.parametrize("content", [b"", b"\x80\x02}", b"\x80\x02K\x01."])
def test_a_broken_pickle_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / PICKLE).write_bytes(content)
    with pytest.raises(AssetError, match="averaged perceptron tagger"):
        read_weights(tmp_path)


def test_a_folder_without_a_tagger_is_named(tmp_path: Path) -> None:
    with pytest.raises(AssetError, match="averaged perceptron tagger"):
        read_weights(tmp_path)
