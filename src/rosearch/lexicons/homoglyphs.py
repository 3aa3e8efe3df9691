"""Characters that look like others: what TextBugger writes, as TextAttack 0.3.11 has it."""

from types import MappingProxyType
from typing import Final

_PLAIN = "-9876543210'abcdefghijklmnopqrstuvwxyz"
_ALIKE = "˗৭Ȣ𝟕бƼᏎƷᒿlO`ɑЬϲԁе𝚏ɡհіϳ𝒌ⅼｍոорԛⲅѕ𝚝սѵԝ×уᴢ"

HOMOGLYPHS: Final = MappingProxyType(dict(zip(_PLAIN, _ALIKE, strict=True)))
"""One look-alike for each lower-case letter, digit, hyphen and apostrophe."""
