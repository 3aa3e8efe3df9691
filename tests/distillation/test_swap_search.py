"""Gradient swaps: the chosen words are those that promise most, found again by hand."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from rosearch.core.rng import SeedTree
from rosearch.data.task import Task
from rosearch.distillation.adversaries.gradient_swaps import GradientSwaps
from rosearch.distillation.learner import Learner, Probe
from rosearch.distillation.objective import Objective
from rosearch.distillation.opponent import Moment
from rosearch.distillation.perturbations.character_edits import CharacterEdits
from rosearch.distillation.perturbations.word_substitution import WordSubstitution
from rosearch.distillation.plain import Plain
from rosearch.distillation.swap_search import SwapSearch
from rosearch.distillation.training_set import TextSource, TrainingSet
from rosearch.distillation.word_places import WordPlaces
from rosearch.distillation.worded_texts import WordedTexts
from rosearch.lexicons.table import Table
from rosearch.space.architecture import InputGenes
from rosearch.students.characters import character_features
from rosearch.students.network import StudentNetwork
from rosearch.students.standard import bag_of_embeddings
from rosearch.teachers.teacher import PreparedTeacher

ROWS = np.array([3, 0, 11, 7])
PIECES = InputGenes(rank=8, trained=True)


@pytest.fixture
def source(prepared_teacher: PreparedTeacher, task: Task) -> TextSource:
    tokenizer = prepared_teacher.tokenizer()
    return TextSource(texts=task.train.texts[:20], tokenizer=tokenizer, max_length=prepared_teacher.max_length)


def student(source: TextSource, genes: InputGenes = PIECES) -> Learner:
    torch.manual_seed(0)
    network = StudentNetwork(
        bag_of_embeddings(genes),
        vocabulary_size=source.tokenizer.vocabulary_size,
        classes=2,
    )
    return Learner(
        network=network,
        objective=Objective(Plain(soft_labels=0.0), pooled_width=8, teacher_width=0),
        places=np.arange(network.input.table.num_embeddings),
        device=torch.device("cpu"),
        precision="float32",
    )


def test_the_words_that_promise_most_are_swapped(source: TextSource, task: Task, toy_lexicon: Path) -> None:
    lexicon, learner = Table(path=str(toy_lexicon)), student(source)
    search = SwapSearch(
        GradientSwaps(perturbations=(WordSubstitution(lexicons=(lexicon,)),)), source, WordedTexts(source.texts)
    )
    search.enter(Moment(epoch=0, strength=1.0, rng=np.random.default_rng(0)), learner)
    data = TrainingSet(encoded=source.encode(source.texts), labels=task.train.labels[:20])
    batch = data.batch(ROWS, Plain(soft_labels=0.0), places=learner.places, device=learner.device)
    probe = Probe()
    with learner.embeddings(probe):
        loss, _ = learner.loss(batch)
    loss.backward()
    words_BL = WordPlaces(source, WordedTexts(source.texts)).numbers(ROWS, length=probe.gradient_BLR.shape[1])
    found = search.rewritten(ROWS, words_BL, probe.gradient_BLR, learner)
    generator = np.random.default_rng(0)
    generator.choice(1, size=20, p=[1.0])
    shares = generator.random(20)
    table = learner.network.input.table.weight.detach().numpy()
    for place, row in enumerate(ROWS.tolist()):
        words = str(source.texts[row]).split()
        gradients = probe.gradient_BLR[place].numpy()
        gains = {}
        for at, word in enumerate(words):
            for synonym in lexicon.synonyms(word):
                if " " not in synonym and len(source.tokenizer.pieces([word])[0]) == 1:
                    new, old = (table[source.tokenizer.pieces([text])[0]].mean(axis=0) for text in (synonym, word))
                    gain = float(gradients[1 + at] @ (new - old))
                    gains[at] = max(gains.get(at, (-np.inf, "")), (gain, synonym))
        allowed = int(np.ceil(shares[row] * len(gains)))
        for at in sorted(gains, key=lambda at: -gains[at][0])[:allowed]:
            if gains[at][0] > 0:
                words[at] = gains[at][1]
        assert found[place] == " ".join(words)
    assert any(str(text) != source.texts[row] for text, row in zip(found, ROWS, strict=True))


def test_without_strength_nothing_is_swapped(source: TextSource, toy_lexicon: Path) -> None:
    words = WordSubstitution(lexicons=(Table(path=str(toy_lexicon)),))
    search = SwapSearch(GradientSwaps(perturbations=(words, CharacterEdits())), source, WordedTexts(source.texts))
    search.enter(Moment(epoch=0, strength=0.0, rng=SeedTree(0).generator()), student(source))
    length = int(source.encode([source.texts[row] for row in ROWS]).lengths.max())
    words_BL = WordPlaces(source, WordedTexts(source.texts)).numbers(ROWS, length=length)
    found = search.rewritten(ROWS, words_BL, torch.ones(len(ROWS), length, 8), student(source))
    assert found == [source.texts[row] for row in ROWS]


def test_a_batch_without_a_word_to_swap_stays_as_it_is(source: TextSource, toy_lexicon: Path) -> None:
    genes = InputGenes(rank=8, trained=True, characters="ngrams", buckets=64)
    source = replace(source, tokenizer=source.tokenizer.with_characters(character_features(genes)))
    words, learner = WordSubstitution(lexicons=(Table(path=str(toy_lexicon)),)), student(source, genes)
    search = SwapSearch(GradientSwaps(perturbations=(words, CharacterEdits())), source, WordedTexts(source.texts))
    search.enter(Moment(epoch=0, strength=1.0, rng=SeedTree(0).generator()), learner)
    nowhere_BL = np.full((len(ROWS), 9), -1)
    found = search.rewritten(ROWS, nowhere_BL, torch.ones(len(ROWS), 9, 8), learner)
    assert found == [source.texts[row] for row in ROWS]


def test_words_are_found_again_in_rewritten_texts(source: TextSource, toy_lexicon: Path) -> None:
    words = WordSubstitution(lexicons=(Table(path=str(toy_lexicon)),))
    texts = WordedTexts(source.texts)
    search = SwapSearch(GradientSwaps(perturbations=(words, CharacterEdits()), steps=2), source, texts)
    numbers = np.flatnonzero(texts.modifiable & np.isin(texts.owners, ROWS))[::2]
    changed = texts.rewritten(ROWS, numbers, ["fine"] * len(numbers))
    # Two words where one stood: this text is left alone.
    changed[1] = f"one more {changed[1]}"
    length = int(source.encode(changed).lengths.max())
    found_BL = search._numbers(ROWS, changed, length=length)
    assert (found_BL[1] == -1).all()
    spans = source.tokenizer.token_spans(changed, max_length=source.max_length)
    lengths = source.encode(changed).lengths
    for place, rows in enumerate(np.split(spans, np.cumsum(lengths)[:-1])):
        for token, (field, start, end) in enumerate(rows.tolist()):
            number = int(found_BL[place, token])
            if place != 1 and field == 0 and number >= 0:
                assert texts.owners[number] == ROWS[place]
                word = "fine" if number in numbers else texts.words[number]
                assert str(changed[place])[start:end] in word
    assert set(numbers[texts.owners[numbers] != ROWS[1]]) <= set(found_BL.ravel().tolist())
