"""Types that layers share: texts, arrays, and the model that an attack asks."""

from collections.abc import Sequence
from typing import Literal, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

Text: TypeAlias = str | tuple[str, str]
"""One text field, or two."""

FloatArray: TypeAlias = NDArray[np.float64]
IntArray: TypeAlias = NDArray[np.int64]
BoolArray: TypeAlias = NDArray[np.bool_]

Device: TypeAlias = Literal["auto", "cpu", "cuda", "mps"]
Precision: TypeAlias = Literal["auto", "float32", "bfloat16"]
OnnxPrecision: TypeAlias = Literal["float32", "float16", "int8"]
"""Of an exported graph's weights and products."""

ScreeningKind: TypeAlias = Literal["none", "auto", "bfloat16", "int8"]
"""Who is asked first in an attack; the model itself decides whatever that leaves open, so that outcomes are the same.

``"bfloat16"``: a copy in that precision, two to four times as fast where the processor has it. ``"int8"``: a student as
onnxruntime runs it with 8 bits, for processors without bfloat16; made in some seconds, hence not for a search.
``"auto"``: bfloat16 where it pays, else none.
"""


class Victim(Protocol):
    """Whatever gives logits for texts: a student, a teacher, a model behind an API.

    One that cuts long lists into batches by itself may say so with ``batches_itself = True``, and is given thousands of
    texts at once.
    """

    def logits(self, texts: Sequence[Text]) -> FloatArray:
        """Returns the logits of ``texts``, shape ``(len(texts), classes)``, float64.

        A text's row does not depend on the texts beside it, up to float noise.
        """
        ...
