"""Attacks: TextAttack's recipes on an engine of our own, and the measure of what survives them."""

from rosearch.attacks.attack import Attack
from rosearch.attacks.bae import BAE
from rosearch.attacks.bert_attack import BERTAttack
from rosearch.attacks.deepwordbug import DeepWordBug
from rosearch.attacks.goal import MarginScore, ProbabilityScore, Score, margin_scale
from rosearch.attacks.pwws import PWWS
from rosearch.attacks.query_cache import QueryCache
from rosearch.attacks.result import AttackResult
from rosearch.attacks.robustness import Robustness, lower_of
from rosearch.attacks.screening import Screening, ScreeningRecord
from rosearch.attacks.strict import Strict, is_void
from rosearch.attacks.textbugger import TextBugger
from rosearch.attacks.textfooler import TextFooler

__all__ = [
    "Attack",
    "DeepWordBug",
    "PWWS",
    "TextBugger",
    "BAE",
    "BERTAttack",
    "TextFooler",
    "Strict",
    "is_void",
    "MarginScore",
    "ProbabilityScore",
    "Score",
    "margin_scale",
    "QueryCache",
    "Screening",
    "ScreeningRecord",
    "AttackResult",
    "Robustness",
    "lower_of",
]
