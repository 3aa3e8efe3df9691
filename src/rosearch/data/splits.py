"""Which text belongs to which split: by content, so that order and additions change nothing."""

import hashlib
from dataclasses import dataclass
from typing import Literal, final

from rosearch.core.protocols import Text

SplitName = Literal["train", "dev", "test"]


@final
@dataclass(frozen=True, kw_only=True)
class Duplicates:
    """How many texts stood in more than one place; equal means equal up to case and white space.

    Args:
        train_in_test: Rows removed from train because test holds the text.
        train_in_dev: Rows removed from train because dev holds the text.
        dev_in_test: Rows removed from dev because test holds the text.
        repeated_in_train: Rows of train that repeat an earlier one; they stay.
        conflicting_in_train: Texts of train that carry more than one label; they stay.
    """

    train_in_test: int = 0
    train_in_dev: int = 0
    dev_in_test: int = 0
    repeated_in_train: int = 0
    conflicting_in_train: int = 0

    @property
    def removed_from_train(self) -> int:
        """Rows that train lost."""
        return self.train_in_test + self.train_in_dev


def content_key(text: Text) -> str:
    """Returns what makes two texts the same: case and white space do not count."""
    if isinstance(text, str):
        return " ".join(text.casefold().split())
    return "\x1f".join(" ".join(field.casefold().split()) for field in text)


def hash_of(key: str, purpose: str) -> int:
    """Maps a key to 64 bits, evenly over keys and independently for each purpose."""
    digest = hashlib.sha256(f"{purpose}\x1f{key}".encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big")


def share_of(key: str, purpose: str) -> float:
    """Maps a key to a number in [0, 1), evenly over keys and independently for each purpose."""
    return (hash_of(key, purpose) >> 8) / 2**56


def assign_split(key: str, *, dev_share: float, test_share: float) -> SplitName:
    """Draws the split of a key from a hash of the key alone.

    Args:
        key: What stays together: the content of a text, or the name of a group of texts.
        dev_share: Expected share of keys in dev.
        test_share: Expected share of keys in test.
    """
    share = share_of(key, "split")
    if share < test_share:
        return "test"
    return "dev" if share < test_share + dev_share else "train"
