"""Spliced texts are the texts that the tokenizer itself would have made."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer as Backend
from tokenizers import decoders, models, normalizers, pre_tokenizers, processors, trainers

from rosearch.core.protocols import Text
from rosearch.data import splicing
from rosearch.data.encoded import Encoded
from rosearch.data.letters import Letters
from rosearch.data.splicing import find_splicer
from rosearch.data.tokenization import PROOF_EVERY, Tokenizer

CORPUS = ["the film is fine , the plot is not", "a finer film than the old ones", "who'd see it ? nobody !"] * 5
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]


def bert() -> Backend:
    words = [*SPECIAL, *(token for letter in "abcdefghijklmnopqrstuvwxyz.,!?'" for token in (letter, f"##{letter}"))]
    words += ["the", "film", "##er", "fine", "plot"]
    backend = Backend(models.WordPiece({word: at for at, word in enumerate(words)}, unk_token="[UNK]"))  # noqa: S106
    backend.add_special_tokens(SPECIAL)
    backend.normalizer = normalizers.BertNormalizer(lowercase=True)
    backend.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    backend.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    return backend


def roberta() -> Backend:
    backend = Backend(models.BPE())
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    backend.train_from_iterator(
        CORPUS, trainers.BpeTrainer(vocab_size=320, special_tokens=["<s>", "</s>"], initial_alphabet=alphabet)
    )
    backend.post_processor = processors.RobertaProcessing(("</s>", 1), ("<s>", 0))
    return backend


def xlmr() -> Backend:
    backend = Backend(models.Unigram())
    backend.pre_tokenizer = pre_tokenizers.Metaspace()
    backend.decoder = decoders.Metaspace()
    backend.train_from_iterator(
        CORPUS,
        trainers.UnigramTrainer(vocab_size=80, special_tokens=["<s>", "</s>", "<unk>"], unk_token="<unk>"),  # noqa: S106
    )
    backend.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 1)]
    )
    return backend


def whole_sentences() -> Backend:
    """Merges across spaces, so that no text is the sum of its words."""
    backend = Backend(models.BPE())
    backend.train_from_iterator(CORPUS, trainers.BpeTrainer(vocab_size=120))
    return backend


TOKENIZERS = {maker.__name__: Tokenizer(maker()) for maker in (bert, roberta, xlmr, whole_sentences)}
TOKENIZERS["bert with letters"] = TOKENIZERS["bert"].with_characters(Letters())
TOKENIZERS["roberta with letters"] = TOKENIZERS["roberta"].with_characters(Letters())

pieces = st.one_of(
    st.sampled_from(
        ["the", "film", "finer", " ", "  ", "\t", "\n", "who'd", "[UNK]", "<s>", "\u0301", "\u200b", "é", "\u3000"]
    ),
    st.text(st.characters(codec="utf-8"), max_size=3),
)
sentences = st.lists(pieces, max_size=8).map(" ".join)


def assert_same(found: Encoded, expected: Encoded) -> None:
    np.testing.assert_array_equal(found.ids, expected.ids)
    np.testing.assert_array_equal(found.offsets, expected.offsets)
    assert found.truncated == expected.truncated
    if expected.words is None:
        assert found.words is None
        return
    rows = range(len(expected))
    np.testing.assert_array_equal(found.character_batch(rows), expected.character_batch(rows))


@pytest.mark.parametrize("name", TOKENIZERS)
@settings(max_examples=60)
@given(texts=st.lists(sentences, max_size=5), max_length=st.integers(5, 30))
def test_similar_texts_are_encoded_as_any_others(name: str, texts: list[str], max_length: int) -> None:
    tokenizer = TOKENIZERS[name]
    pairs = list(zip(texts, reversed(texts), strict=True))
    for given_texts in (texts, pairs):
        found = tokenizer.encode_similar(given_texts, max_length=max_length)
        assert_same(found, tokenizer.encode(given_texts, max_length=max_length))


@pytest.mark.parametrize("name", ["bert", "roberta", "xlmr"])
def test_words_are_tokenised_once(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    splicer = find_splicer(TOKENIZERS[name]._uncut)
    assert splicer is not None
    texts = [f"the film is {word} fine" for word in ("a", "b", "c")]
    splicer.splice(texts, max_length=30)
    asked: list[str] = []
    monkeypatch.setattr(splicer, "_tokenise", lambda words, _: asked.extend(words))
    splicer.splice([*texts, *texts], max_length=30)
    assert asked == []


def test_a_tokenizer_that_looks_beyond_spaces_is_not_spliced() -> None:
    assert find_splicer(TOKENIZERS["whole_sentences"]._uncut) is None


def test_a_tokenizer_that_deceives_the_probe_is_found_out() -> None:
    # "zz zz" becomes one token, which no word of the probe shows.
    backend = Backend(models.BPE({"[PAD]": 0, "z": 1, " ": 2, "a": 3, "z ": 4, "z z": 5}, [("z", " "), ("z ", "z")]))
    tokenizer = Tokenizer(backend)
    assert tokenizer._splicer is not None
    texts = ["a a", *["z z"] * PROOF_EVERY]
    for _ in range(2):
        assert_same(tokenizer.encode_similar(texts, max_length=9), tokenizer.encode(texts, max_length=9))
    assert tokenizer._splicer is None


def test_forgetting_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    tokenizer = TOKENIZERS["bert with letters"].with_characters(Letters())
    monkeypatch.setattr(splicing, "MOST_TOKENS", 20)
    monkeypatch.setattr("rosearch.data.characters.MOST_WORDS", 10)
    for start in range(5):
        texts: Sequence[Text] = [f"film {'x' * (start + at)} the plot" for at in range(6)]
        assert_same(tokenizer.encode_similar(texts, max_length=12), tokenizer.encode(texts, max_length=12))
