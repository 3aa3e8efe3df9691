"""Look-alikes: writing that a reader takes for plain Latin letters becomes plain Latin letters."""

import re
import unicodedata
from itertools import groupby

_PLAIN = {
    "a": "аɑαａ",
    "b": "Ьƅ",
    "c": "сϲⅽ",
    "d": "ԁɗⅾ",
    "e": "еҽ",
    "f": "ſẝ",
    "g": "ɡց",
    "h": "һհ",
    "i": "іıɩι",
    "j": "јϳ",
    "k": "ҟκк",
    "l": "ⅼӏ",
    "m": "ⅿм",
    "n": "ռո",
    "o": "оοօσ",
    "p": "рρ",
    "q": "ԛզ",
    "r": "г",
    "s": "ѕ",
    "t": "т",
    "u": "սυ",
    "v": "ѵνⅴ",
    "w": "ԝѡ",
    "x": "хⅹ",
    "y": "уүγ",
    "z": "ᴢ",
    "A": "АΑ",
    "B": "ВΒ",
    "C": "СϹ",
    "E": "ЕΕ",
    "H": "НΗ",
    "I": "ІΙӀ",
    "J": "Ј",
    "K": "КΚ",
    "M": "МΜ",
    "N": "Ν",
    "O": "ОΟ",
    "P": "РΡ",
    "S": "Ѕ",
    "T": "ТΤ",
    "X": "ХΧ",
    "Y": "УΥ",
    "Z": "Ζ",
    "'": "\u2019\u2018\u02bc`\u00b4",
    "-": "\u2010\u2011\u02d7\u2212",
}
_TABLE = str.maketrans({alike: plain for plain, alikes in _PLAIN.items() for alike in alikes})
_RUN = re.compile(r"[^\W\d_]+(?:['\u2019\-][^\W\d_]+)*")


def fold_look_alikes(text: str) -> str:
    """Returns ``text`` with look-alikes, compatibility forms, accents and invisible signs of Latin words made plain.

    Words that are not Latin after folding stay as they are, and so do all words of a text that is mostly in another
    script: a Russian word may consist of look-alikes alone. White space is kept.

    Args:
        text: Any text.

    References:
        Unicode Technical Standard 39, Unicode Security Mechanisms, section 4: skeletons of confusable strings. Ours
        knows the look-alikes of Latin letters only.
    """
    plain = _without_invisible(unicodedata.normalize("NFKC", text))
    letters = [sign for sign in plain if sign.isalpha()]
    if sum(_is_latin(sign) for sign in letters) * 2 < len(letters):
        return plain
    return _RUN.sub(lambda word: _folded(word.group()), _without_accents(plain).translate(_SIGNS))


_SIGNS = {code: plain for code, plain in _TABLE.items() if not chr(code).isalpha()}


def _folded(word: str) -> str:
    folded = word.translate(_TABLE)
    return folded if folded.isascii() else word


def _without_invisible(text: str) -> str:
    """Drops signs that show nothing, such as zero-width spaces in words; joiners of emoji and other scripts stay."""
    shown = (sign for sign in text if sign.isspace() or unicodedata.category(sign) != "Cc")
    runs = ["", *("".join(run) for _, run in groupby(shown, key=_shows_nothing)), ""]
    kept = [
        run
        for before, run, after in zip(runs, runs[1:], runs[2:], strict=False)
        if not (_shows_nothing(run[0]) and any(map(_is_latin, before[-1:] + after[:1])))
    ]
    return "".join(kept)


def _shows_nothing(sign: str) -> bool:
    return unicodedata.category(sign) == "Cf"


def _without_accents(text: str) -> str:
    kept: list[str] = []
    latin = False
    for sign in unicodedata.normalize("NFD", text):
        if unicodedata.combining(sign):
            if latin:
                continue
        else:
            latin = _is_latin(sign)
        kept.append(sign)
    return unicodedata.normalize("NFC", "".join(kept))


def _is_latin(sign: str) -> bool:
    return sign.isalpha() and (sign.isascii() or unicodedata.name(sign, "").startswith("LATIN"))
