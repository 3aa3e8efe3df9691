"""Where candidates are made and measured: holds what all of them share, loaded once per process."""

import os
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from rosearch.attacks.engine import ENGINE_VERSION
from rosearch.attacks.goal import MarginScore
from rosearch.core.events import Listener, Notice, ignore
from rosearch.core.files import write_json
from rosearch.core.fingerprint import fingerprint, fingerprint_files
from rosearch.core.protocols import FloatArray, Text, Victim
from rosearch.core.rng import SeedTree
from rosearch.cost.latency import measure_latency
from rosearch.data.class_weights import class_weights
from rosearch.data.spelling import SPELLING_VERSION
from rosearch.data.task import Task
from rosearch.device import resolve_device, resolve_precision, seeded, threads
from rosearch.distillation.objective import UNLABELLED
from rosearch.distillation.scheme import Scheme
from rosearch.distillation.trainer import TRAINER_VERSION, TrainingReport, train
from rosearch.distillation.training_set import TextSource, TrainingSet
from rosearch.fitness.evaluation import Candidate, Evaluation
from rosearch.fitness.fidelity import Fidelity
from rosearch.fitness.fitness import Fitness
from rosearch.fitness.majority import MajorityClass
from rosearch.fitness.measurement import measure
from rosearch.fitness.precedents import LEFT, NO_PRECEDENTS, Precedents
from rosearch.lexicons.clustering import CLUSTERING_VERSION
from rosearch.space.architecture import Architecture, InputGenes
from rosearch.space.size import flops, parameter_count
from rosearch.students.network import BUILDER_VERSION, StudentNetwork
from rosearch.students.reading import Reading
from rosearch.students.student import Student
from rosearch.teachers.outputs import Outputs
from rosearch.teachers.teacher import PreparedTeacher


@final
@dataclass(frozen=True, kw_only=True)
class Workbench:
    """Trains and measures candidates on one task with one teacher.

    Args:
        task: What is classified.
        teacher: Ready, with its cached outputs.
        fitness: Scheme, attacks, fidelities.
        seed: Of the whole study.
        thread_count: Threads per candidate; results may differ in the last bits between counts, never between runs.
    """

    task: Task
    teacher: PreparedTeacher
    fitness: Fitness
    seed: int
    thread_count: int = 1

    def __reduce__(self) -> tuple[Any, ...]:
        # Another process gets the configuration and loads the rest once, however many jobs it is sent.
        return _restore, (self.task, self.teacher, self.fitness, self.seed, self.thread_count)

    def prepare(self, listener: Listener = ignore, *, inputs: Iterable[InputGenes] = ()) -> None:
        """Loads what every candidate needs, so that a missing file is found before any work is done.

        Args:
            listener: Hears the progress, and which attacks say nothing of students that read clusters of synonyms.
            inputs: The inputs that candidates may have.

        Raises:
            AssetError: If a lexicon cannot be had.
            TeacherError: If an input asks for a pruned vocabulary, and the teacher's cannot be pruned.
        """
        self._prepare_inputs(inputs, listener)
        self.teacher.outputs(self._texts, with_tokens=self.fitness.scheme.uses_tokens, listener=listener)
        self.fitness.scheme.genes()
        victim, texts = MajorityClass(self.task), self.task.dev.texts[:1]
        answer = int(victim.logits(texts).argmax())
        for attack in self.fitness.full_fidelity.attacks:
            # A rehearsal loads whatever the attack reads; the label is the answer, since an error is not attacked.
            field = self.fitness.full_fidelity.field
            attack.run(victim, texts, [answer], score=MarginScore(), seeds=SeedTree(self.seed), field=field)

    def _prepare_inputs(self, inputs: Iterable[InputGenes], listener: Listener) -> None:
        """Makes tokenizers; characters need nothing that could be missing."""
        kinds = {replace(genes, rank=1, trained=True, characters="none", buckets=0) for genes in inputs}
        if any(genes.clusters != "none" for genes in kinds):
            self.fitness.clusters.prepare(listener)
            for attack in self.fitness.powerless:
                text = (
                    f"{attack} draws its words from {self.fitness.clusters.kind}, as the clusters of synonyms do: it "
                    "has no power over students that read clusters. Judge them by others, or set [fitness.clusters]."
                )
                listener(Notice(text=text))
        for genes in sorted(kinds, key=str):
            self.reading.of(genes)

    def evaluate(
        self,
        candidate: Candidate,
        fidelity: Fidelity,
        *,
        folder: Path | None = None,
        precedents: Precedents = NO_PRECEDENTS,
        listener: Listener = ignore,
    ) -> Evaluation:
        """Makes a candidate and measures it.

        Args:
            candidate: What to build and how to train it.
            fidelity: How long to train and what to attack with.
            folder: Where the student and the results of each text are written; None writes nothing.
            precedents: What shortcuts and inheritance may know of the trials before this one.
            listener: Hears the progress.

        Raises:
            DivergenceError: If the training is lost.
        """
        if candidate.model == "teacher" and not self.teacher.can_be_attacked:
            fidelity = replace(fidelity, attacks=())
        # The teacher is not compared bit by bit, and far too slow for one thread.
        with threads(self.thread_count if candidate.model == "student" else os.cpu_count() or 1):
            victim, report = self.make(candidate, fidelity, listener, precedents=precedents)
            start, sizes = time.perf_counter(), self._sizes(candidate)
            measured = measure(
                victim,
                self.task,
                fidelity,
                budgets=self.fitness.budgets,
                seed=self.seed,
                false_positive_rate=self.fitness.false_positive_rate,
                precedents=replace(precedents, parameters=sizes["parameters"]),
                listener=listener,
            )
        metrics = dict(measured.metrics) | {"attack_s": time.perf_counter() - start} | sizes
        if fidelity.name == "full" and fidelity.attacks:
            with threads(self.thread_count):
                metrics["latency_ms"] = measure_latency(victim, self.task.test.texts).p50_ms
        details = measured.details(of_each_attack=fidelity.name == "full")
        if report:
            details["training"] = report.to_record()
            if (weights := self._class_weights(_genes(candidate)[1])) is not None:
                details["class_weights"] = weights.tolist()
        if folder is not None:
            measured.write(folder / "attacks")
            details |= _saved(victim, report, folder)
        training_id = self.training_id(candidate, fidelity, precedents)
        return Evaluation(
            name=candidate.name,
            repeat=candidate.repeat,
            training_id=training_id,
            attack_id=self._attack_id(training_id, fidelity, precedents),
            metrics=metrics | ({"training_s": report.seconds} if report else {}),
            robustness=measured.robustness,
            architecture=candidate.architecture,
            details=details,
        )

    def make(
        self,
        candidate: Candidate,
        fidelity: Fidelity,
        listener: Listener = ignore,
        *,
        precedents: Precedents = NO_PRECEDENTS,
    ) -> tuple[Victim, TrainingReport | None]:
        """Makes a candidate: trains a student, loads the teacher.

        Args:
            candidate: What to build and how to train it.
            fidelity: How long to train.
            listener: Hears the progress.
            precedents: The trials that it may inherit from.

        Returns:
            The model, and how its training went, where it was trained.

        Raises:
            DivergenceError: If the training is lost.
        """
        if candidate.model == "majority":
            return MajorityClass(self.task), None
        if candidate.model == "teacher":
            return self.teacher.victim(), None
        architecture, scheme = _genes(candidate)
        seeds = SeedTree(self.seed).child("training", architecture.architecture_id, candidate.repeat)
        network = self._network(architecture, seeds)
        distils = any(weight > 0 for name, weight in scheme.weights.items() if name != "hard_labels")
        read = self.reading.of(architecture.input)
        data = TrainingSet(
            encoded=read.encoded,
            labels=np.concatenate([self.task.train.labels, np.full(len(self.task.unlabelled), UNLABELLED)]),
            outputs=self._outputs if distils else None,
            class_weights=self._class_weights(scheme),
            source=TextSource(texts=self._texts, tokenizer=read.tokenizer, max_length=self.teacher.max_length),
            inherited=precedents.inherited() if scheme.inherits and precedents.candidate else None,
        )
        report = train(
            network,
            data,
            scheme,
            seeds=seeds,
            share=fidelity.share,
            precision=self.fitness.precision,
            stage=f"{candidate.name[:24]}: training",
            listener=listener,
        )
        student = Student(
            network, read.tokenizer, label_names=self.task.label_names, max_length=self.teacher.max_length
        )
        return student, report

    def training_id(self, candidate: Candidate, fidelity: Fidelity, precedents: Precedents = NO_PRECEDENTS) -> str:
        """Names everything that decides a candidate's weights, and nothing else."""
        if candidate.model == "majority":
            return fingerprint({"majority": self.task.fingerprint})
        if candidate.model == "teacher":
            return fingerprint({"teacher": self.teacher.fingerprint})
        architecture, scheme = _genes(candidate)
        device = resolve_device("auto")
        precision = resolve_precision(self.fitness.precision, device, width=architecture.width)
        return fingerprint(
            {
                "architecture": architecture.architecture_id,
                "scheme": self._scheme_genes(scheme),
                "task": self.task.fingerprint,
                "teacher": self.teacher.fingerprint,
                "seed": [self.seed, candidate.repeat],
                "share": fidelity.share,
                "device": device.type,
                "precision": precision,
                "threads": self.thread_count,
                "versions": [BUILDER_VERSION, TRAINER_VERSION],
                "parent": _ancestry(scheme, precedents),
                **self._words_read(architecture),
            }
        )

    def _words_read(self, architecture: Architecture) -> dict[str, Any]:
        """Names what decides how a student reads words; nothing, and ids as they always were, where as written."""
        found: dict[str, Any] = {}
        if architecture.input.clusters != "none":
            found["clusters"] = [CLUSTERING_VERSION, self.fitness.clusters.fingerprint()]
        if architecture.input.spelling:
            found["spelling"] = SPELLING_VERSION
        return found

    def _attack_id(self, training_id: str, fidelity: Fidelity, precedents: Precedents) -> str:
        judged = [
            [attack.fingerprint() for attack in fidelity.attacks],
            fidelity.scores,
            fidelity.split,
            fidelity.examples,
            self.fitness.budgets,
            # Absent where all classes and the first field are attacked, so that ids stay as they always were.
            *([] if fidelity.field == 0 else [fidelity.attacked_field]),
            *([fidelity.attacked_labels] if fidelity.attacked_labels else []),
            *([[each.to_config() for each in fidelity.shortcuts], precedents.to_genes()] if fidelity.shortcuts else []),
        ]
        return fingerprint([training_id, ENGINE_VERSION, self.task.fingerprint, self.seed, *judged])

    def truncated(self) -> dict[str, int]:
        """Returns how many texts of each split are longer than teacher and students read, and are cut."""
        read = self.reading.as_the_teacher
        dev, test = (
            read.tokenizer.encode(split.texts, max_length=self.teacher.max_length).truncated
            for split in (self.task.dev, self.task.test)
        )
        return {"train": read.encoded.truncated, "dev": dev, "test": test}

    @property
    def unanswered_test_texts(self) -> int:
        """Test texts that the teacher can say nothing of; only a file of answers has such."""
        return self.teacher.unanswered(self.task.test.texts)

    @property
    def vocabulary_size(self) -> int:
        """Rows of the embedding table of a student whose vocabulary is the teacher's."""
        return len(self._word_embeddings)

    @cached_property
    def reading(self) -> Reading:
        """How students read the task."""
        return Reading(
            tokenizer=self.teacher.tokenizer(),
            word_embeddings=self._word_embeddings,
            texts=self._texts,
            max_length=self.teacher.max_length,
            lexicon=self.fitness.clusters,
        )

    def _class_weights(self, scheme: Scheme) -> FloatArray | None:
        return class_weights(scheme.class_weights, self.task.train.class_counts(self.task.classes))

    def _scheme_genes(self, scheme: Scheme) -> dict[str, Any]:
        """Returns the scheme with the weights that its setting comes to; equal ones leave ids as they always were."""
        weights = self._class_weights(scheme)
        genes = {name: value for name, value in scheme.genes().items() if name != "class_weights"}
        return genes if weights is None else genes | {"class_weights": weights.tolist()}

    def _network(self, architecture: Architecture, seeds: SeedTree) -> StudentNetwork:
        genes = architecture.input
        with seeded(seeds.child("build").integer()):
            network = StudentNetwork(
                architecture,
                vocabulary_size=self.reading.vocabulary_size(genes),
                classes=self.task.classes,
                padding_id=self.reading.of(genes).tokenizer.padding_id,
            )
        self.reading.begin(network.input, genes)
        return network

    def _sizes(self, candidate: Candidate) -> dict[str, float]:
        if candidate.model == "majority":
            return {"parameters": 0.0}
        if candidate.architecture is None:
            return {"parameters": float(self.teacher.parameters)}
        genes = candidate.architecture.input
        rows = self.reading.vocabulary_size(genes)
        count = parameter_count(candidate.architecture, vocabulary_size=rows, classes=self.task.classes)
        length = round(float(self.reading.of(genes).encoded.lengths[: len(self.task.train)].mean()))
        return {
            "parameters": float(count.total),
            "parameters_without_embedding": float(count.without_embedding),
            "flops": float(flops(candidate.architecture, length=length, classes=self.task.classes)),
            "flops_length": float(length),
        }

    @property
    def _texts(self) -> tuple[Text, ...]:
        """What students learn from: training texts, then those without labels."""
        return self.task.train.texts + self.task.unlabelled

    @cached_property
    def _outputs(self) -> Outputs:
        return self.teacher.outputs(self._texts, with_tokens=self.fitness.scheme.uses_tokens)

    @cached_property
    def _word_embeddings(self) -> NDArray[np.float32]:
        return self.teacher.word_embeddings()


def _genes(candidate: Candidate) -> tuple[Architecture, Scheme]:
    if candidate.architecture is None or candidate.scheme is None:
        raise ValueError(f"{candidate.name}: a student needs an architecture and a scheme")
    return candidate.architecture, candidate.scheme


def _ancestry(scheme: Scheme, precedents: Precedents) -> list[str] | None:
    """Names the trainings that one inherits from; None where it inherits nothing."""
    parents = [parent.training_id for parent in precedents.parents] if scheme.inherits else []
    return parents or None


def _saved(victim: Victim, report: TrainingReport | None, folder: Path) -> dict[str, Any]:
    """Saves a student and what its training left; returns the hashes of its files. Does nothing with another model."""
    if not isinstance(victim, Student):
        return {}
    if report and report.left:
        write_json(folder / LEFT, report.left)
    victim.save_pretrained(folder / "student")
    return {"files": fingerprint_files(folder / "student")}


_restored: dict[str, Workbench] = {}


def _restore(task: Task, teacher: PreparedTeacher, fitness: Fitness, seed: int, thread_count: int) -> Workbench:
    """Returns this process's one workbench of that configuration."""
    settings = [fitness.to_config(), seed, thread_count]
    key = fingerprint([task.fingerprint, teacher.fingerprint, str(teacher.folder), *settings])
    if key not in _restored:
        _restored[key] = Workbench(task=task, teacher=teacher, fitness=fitness, seed=seed, thread_count=thread_count)
    return _restored[key]
