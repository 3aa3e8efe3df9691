"""The sentence encoder and the masked language model, on small networks with random weights."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import AutoModelForMaskedLM, BertConfig, BertForMaskedLM, BertModel

from rosearch.core.errors import AssetError
from rosearch.core.events import ignore
from rosearch.device import seeded
from rosearch.hub import quiet_transformers
from rosearch.lexicons.masked_language_model import Slot
from rosearch.lexicons.pretrained_mlm import PretrainedMaskedLM
from rosearch.lexicons.sentence_transformer import SentenceTransformer

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
WORDS = [*SPECIAL, "good", "bad", "movie", "story", "##s", "a", "the", "un", "##seen"]
TEXTS = ["a good movie", "the bad story a good movie the bad movies", "good"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("bert")
    pieces = models.WordPiece({word: at for at, word in enumerate(WORDS)}, unk_token="[UNK]")  # noqa: S106
    tokenizer = Tokenizer(pieces)
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    ends = [("[CLS]", 2), ("[SEP]", 3)]
    tokenizer.post_processor = processors.TemplateProcessing("[CLS] $A [SEP]", special_tokens=ends)
    tokenizer.add_special_tokens(SPECIAL)
    tokenizer.save(str(place / "tokenizer.json"))
    names = {f"{name.lower()}_token": f"[{name}]" for name in ("PAD", "UNK", "CLS", "SEP", "MASK")}
    settings = {"tokenizer_class": "PreTrainedTokenizerFast", **names}
    (place / "tokenizer_config.json").write_text(json.dumps(settings), encoding="utf-8")
    config = BertConfig(
        vocab_size=len(WORDS), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32
    )
    with seeded(0), quiet_transformers():
        BertForMaskedLM(config).save_pretrained(place)
    return place


def states(folder: Path, text: str) -> torch.Tensor:
    with quiet_transformers(), torch.no_grad():
        network = BertModel.from_pretrained(folder, add_pooling_layer=False).eval()
        ids = Tokenizer.from_file(str(folder / "tokenizer.json")).encode(text).ids
        return network(input_ids=torch.tensor([ids])).last_hidden_state[0]


def test_a_text_is_the_mean_of_its_tokens_in_any_company(folder: Path) -> None:
    encoder = SentenceTransformer(model=str(folder))
    together = encoder.answer([*TEXTS, TEXTS[0]])
    np.testing.assert_array_equal(together[0], together[3])
    for text, found in zip(TEXTS, together, strict=False):
        mean = states(folder, text).mean(0).numpy()
        np.testing.assert_allclose(found, mean / np.linalg.norm(mean), atol=1e-5)


def test_the_folder_says_how_to_pool(folder: Path, tmp_path: Path) -> None:
    for name in folder.iterdir():
        (tmp_path / name.name).write_bytes(name.read_bytes())
    (tmp_path / "1_Pooling").mkdir()
    settings = tmp_path / "1_Pooling" / "config.json"
    settings.write_text('{"pooling_mode_cls_token": true, "pooling_mode_mean_tokens": false}', encoding="utf-8")
    first = states(folder, TEXTS[0])[0].numpy()
    (found,) = SentenceTransformer(model=str(tmp_path)).answer([TEXTS[0]])
    np.testing.assert_allclose(found, first / np.linalg.norm(first), atol=1e-5)
    settings.write_text('{"pooling_mode_max_tokens": true}', encoding="utf-8")
    with pytest.raises(AssetError, match="pools by pooling_mode_max_tokens"):
        SentenceTransformer(model=str(tmp_path), max_length=64).answer([TEXTS[0]])


def test_slots_are_ranked_as_the_network_ranks_them(folder: Path) -> None:
    mlm = PretrainedMaskedLM(model=str(folder))
    slots = [
        Slot("a good movie", "a [MASK] movie", 1, 4),
        Slot("a [MASK] movie", "a [MASK] movie"),
        Slot("a bad movies", "a bad [MASK]", 2, 3),
    ]
    rankings = mlm.answer(slots)
    with quiet_transformers(), torch.no_grad():
        network = AutoModelForMaskedLM.from_pretrained(folder).eval()
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        for slot, ranking, position in zip(slots, rankings, (2, 2, 3), strict=True):
            logits = network(input_ids=torch.tensor([tokenizer.encode(slot.text).ids])).logits[0]
            rows = logits[position : position + slot.pieces]
            wanted = rows.argsort(dim=1, descending=True)[:, : slot.count]
            np.testing.assert_array_equal(ranking.ids, wanted)
            np.testing.assert_allclose(ranking.log_normalisers, rows.logsumexp(dim=1), atol=1e-5)
            assert ranking.position == position
    assert mlm.answer(slots[:1])[0].ids.tolist() == rankings[0].ids.tolist()


def test_tokens_are_told_apart_and_a_mask_that_was_cut_off_has_no_ranking(folder: Path) -> None:
    mlm = PretrainedMaskedLM(model=str(folder), max_length=6)
    assert mlm.piece_count("movies") == 2
    assert mlm.is_continuation("##s", first=True)
    assert mlm.plain("##s") == "s"
    assert mlm.token(5) == "good"
    (ranking,) = mlm.answer([Slot("a a a a a a good", "a a a a a a [MASK]", 1, 3)])
    assert len(ranking.ids) == 0


@pytest.mark.parametrize("kind", [SentenceTransformer, PretrainedMaskedLM])
def test_a_folder_that_is_missing_or_broken_is_named(kind: type, tmp_path: Path) -> None:
    with pytest.raises(AssetError, match="no such folder"):
        kind(model=str(tmp_path / "no" / "where")).prepare(ignore)
    with pytest.raises(AssetError, match="cannot be loaded as a"):
        kind(model=str(tmp_path)).prepare(ignore)
