"""Pruned vocabularies: texts in use keep their pieces, and no letter is lost elsewhere."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer as Backend
from tokenizers import decoders, models, normalizers, pre_tokenizers, processors, trainers

from rosearch.core.errors import TeacherError
from rosearch.data.characters import Characters
from rosearch.data.letters import Letters
from rosearch.data.pruning import prune
from rosearch.data.tokenization import Tokenizer

TEXTS = [
    "a fine and moving film about nothing at all",
    "the film is long , the plot is thin , the actors are fine",
    "moviegoers will be moved , others removed",
    "thinly plotted , finely acted , longingly filmed",
]
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


def word_piece() -> Backend:
    backend = Backend(models.WordPiece(unk_token="[UNK]"))  # noqa: S106
    backend.normalizer = normalizers.BertNormalizer()
    backend.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    backend.decoder = decoders.WordPiece()
    backend.train_from_iterator(TEXTS, trainers.WordPieceTrainer(vocab_size=150, special_tokens=SPECIAL))
    return with_frame(backend)


def byte_pairs() -> Backend:
    backend = Backend(models.BPE())
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=380, special_tokens=SPECIAL, initial_alphabet=alphabet)
    backend.train_from_iterator(TEXTS, trainer)
    return with_frame(backend)


def unigram() -> Backend:
    backend = Backend(models.Unigram())
    backend.pre_tokenizer = pre_tokenizers.Metaspace()
    backend.decoder = decoders.Metaspace()
    trainer = trainers.UnigramTrainer(vocab_size=90, special_tokens=SPECIAL, unk_token="[UNK]")  # noqa: S106
    backend.train_from_iterator(TEXTS, trainer)
    return with_frame(backend)


def with_frame(backend: Backend) -> Backend:
    ids = [(token, backend.token_to_id(token)) for token in ("[CLS]", "[SEP]")]
    backend.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B [SEP]", special_tokens=ids
    )
    return backend


MAKERS = (word_piece, byte_pairs, unigram)


@pytest.fixture(params=MAKERS, ids=lambda make: make.__name__)
def backend(request: pytest.FixtureRequest) -> Backend:
    return request.param()  # type: ignore[no-any-return]


def used(backend: Backend, texts: list[str]) -> set[int]:
    return {number for encoding in backend.encode_batch(texts) for number in encoding.ids}


def test_texts_in_use_keep_their_pieces(backend: Backend) -> None:
    smaller, rows = prune(backend, used(backend, TEXTS[:2]))
    assert smaller.get_vocab_size() == len(rows) < backend.get_vocab_size()
    for text in [*TEXTS[:2], "film film nothing"]:
        assert smaller.encode(text).tokens == backend.encode(text).tokens
        assert rows[smaller.encode(text).ids].tolist() == backend.encode(text).ids
    assert smaller.encode("film", "plot").ids[0] == smaller.token_to_id("[CLS]")


def test_others_fall_into_smaller_pieces_and_lose_no_letter(backend: Backend) -> None:
    smaller, _ = prune(backend, used(backend, TEXTS[:1]))
    for text in TEXTS[1:]:
        found, before = smaller.encode(text), backend.encode(text)
        assert len(found.ids) > len(before.ids)
        assert smaller.token_to_id("[UNK]") not in found.ids
        assert smaller.decode(found.ids) == backend.decode(before.ids)


def test_single_characters_and_special_tokens_stay(backend: Backend) -> None:
    smaller, rows = prune(backend, [])
    vocabulary, before = smaller.get_vocab(), backend.get_vocab()
    assert set(vocabulary) == {token for token in before if token in SPECIAL or len(token.lstrip("#▁Ġ")) <= 1}
    assert sorted(vocabulary.values()) == list(range(len(rows)))
    assert [before[token] for token in sorted(vocabulary, key=vocabulary.__getitem__)] == rows.tolist()


@settings(max_examples=40)
@given(st.sampled_from(MAKERS), st.text(st.sampled_from("abdefghilmnoprtvwy ,"), max_size=40), st.integers(0, 4))
def test_any_text_is_read_whole(make: Callable[[], Backend], text: str, count: int) -> None:
    backend = BACKENDS.setdefault(make, make())
    smaller, _ = prune(backend, used(backend, TEXTS[:count]))
    assert smaller.decode(smaller.encode(text).ids) == backend.decode(backend.encode(text).ids)


BACKENDS: dict[Callable[[], Backend], Backend] = {}


def test_merges_as_words_are_read_too() -> None:
    """Older files write a merge as one string."""
    import json

    data = json.loads(byte_pairs().to_str())
    data["model"]["merges"] = [" ".join(merge) for merge in data["model"]["merges"]]
    old = Backend.from_str(json.dumps(data))
    smaller, _ = prune(old, used(old, TEXTS[:2]))
    assert smaller.encode(TEXTS[0]).tokens == old.encode(TEXTS[0]).tokens


def test_whole_words_alone_cannot_be_pruned() -> None:
    backend = Backend(models.WordLevel({"[UNK]": 0, "film": 1}, unk_token="[UNK]"))  # noqa: S106
    with pytest.raises(TeacherError, match=r"kind 'WordLevel' cannot be pruned.*Set pruned = \[false\]"):
        prune(backend, [1])


@pytest.mark.parametrize("characters", [None, Letters()])
def test_a_tokenizer_keeps_its_ways(backend: Backend, characters: Characters | None, tmp_path: Path) -> None:
    whole = Tokenizer(backend).with_characters(characters)
    smaller, rows = whole.pruned(used(backend, TEXTS[:2]))
    assert rows[smaller.padding_id] == whole.padding_id
    assert smaller.characters == characters
    smaller.save(tmp_path)
    texts = [*TEXTS, "", "film unseenwordofletters"]
    before, after = smaller.encode(texts, max_length=12), Tokenizer.load(tmp_path).encode(texts, max_length=12)
    np.testing.assert_array_equal(before.ids, after.ids)
    np.testing.assert_array_equal(rows[before[0]], whole.encode(texts, max_length=12)[0])
    if characters is not None:
        np.testing.assert_array_equal(before.character_batch([5]), after.character_batch([5]))
