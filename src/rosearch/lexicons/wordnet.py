"""WordNet: a word's synonyms are the other lemmas of all its synsets."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final, Literal, final

from rosearch.core.events import Listener, ignore
from rosearch.lexicons.lexicon import Lexicon
from rosearch.lexicons.wordnet_files import PartOfSpeech, WordNetFiles

_PARTS: Final[dict[str, PartOfSpeech]] = {"NOUN": "noun", "VERB": "verb", "ADJ": "adj", "ADV": "adv"}


@final
@dataclass(frozen=True, kw_only=True)
class WordNet(Lexicon):
    """Synonyms from a WordNet 3.0 database, of every part of speech and every sense.

    The word is looked up in lower case; synonyms come in the database's case (mostly lower), and the word as written
    is left out, so that "Good" has the synonym "good". Phrases, which WordNet joins with "_", are left out.

    Args:
        path: A folder with ``index.*`` and ``data.*``, such as NLTK's ``corpora/wordnet`` or Debian's
            ``/usr/share/wordnet``; None fetches the pinned copy once.

    References:
        Miller (1995). WordNet: A Lexical Database for English. Communications of the ACM 38(11).

    Differences from NLTK's reader, whose answers TextAttack uses: where the folder lacks ``*.exc``, irregular forms
    come from lemminflect. With those files the answers are the same. This reader loads nothing beforehand.
    """

    path: str | None = None
    kind: Literal["wordnet"] = "wordnet"

    def synonyms(self, word: str) -> tuple[str, ...]:
        """Returns the one-word synonyms of ``word``, sorted.

        Args:
            word: As written in the text.

        Raises:
            AssetError: If the folder is missing or incomplete.
        """
        return _synonyms(self.path, word)

    def synonyms_of(self, word: str, part: str) -> tuple[str, ...]:
        """Returns the synonyms of ``word`` in the synsets of one part of speech, without its own base forms; sorted.

        "be" and its forms have none, as in PWWS.

        Args:
            word: As written in the text.
            part: A universal tag; there are synsets of NOUN, VERB, ADJ and ADV.

        Raises:
            AssetError: If the folder is missing or incomplete.
        """
        return _synonyms_of(self.path, word, part)

    def prepare(self, listener: Listener) -> None:
        """Fetches the database where no folder is named.

        Args:
            listener: Hears the bytes.

        Raises:
            AssetError: If it can neither be found nor fetched.
        """
        _folder(self.path, listener)

    def files(self) -> WordNetFiles:
        """Returns the opened database.

        Raises:
            AssetError: If the folder is missing or incomplete.
        """
        return _files(self.path)

    def fingerprint(self) -> str:
        """Returns a name of the database's content, exception files included.

        Raises:
            AssetError: If the folder is missing or incomplete.
        """
        return WordNetFiles(_folder(self.path)).fingerprint()


@lru_cache(maxsize=200_000)
def _synonyms(path: str | None, word: str) -> tuple[str, ...]:
    found: set[str] = set()
    for lemmas in _files(path).synsets(word.lower()):
        found.update(lemma for lemma in lemmas if lemma != word and "_" not in lemma)
    return tuple(sorted(found))


@lru_cache(maxsize=200_000)
def _synonyms_of(path: str | None, word: str, tag: str) -> tuple[str, ...]:
    part, files = _PARTS.get(tag), _files(path)
    if part is None:
        return ()
    forms = {word.lower(), *files.base_forms(word.lower(), part)}
    if "be" in forms:
        return ()
    found = {lemma for lemmas in files.synsets(word.lower(), parts=(part,)) for lemma in lemmas}
    return tuple(sorted(lemma for lemma in found if lemma.lower() not in forms and "_" not in lemma))


@lru_cache(maxsize=4)
def _files(path: str | None) -> WordNetFiles:
    return WordNetFiles(_folder(path))


def _folder(path: str | None, listener: Listener = ignore) -> Path:
    if path is not None:
        return Path(path)
    from rosearch.data.assets import WORDNET, fetch

    return fetch(WORDNET, listener=listener)
