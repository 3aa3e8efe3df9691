"""Operations: what a node of a graph does to a sequence. Data only; ``students/layers.py`` holds the torch half.

Normalisation, residual and gates belong to whoever builds the network, and are counted in ``space/size.py``.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, ClassVar, Literal, Self, final

from rosearch.core.component import Component, nearest
from rosearch.core.errors import ConfigError
from rosearch.space.encoding import decode


class Operation(Component, ABC):
    """Base of all operations: a sequence in, a sequence of the same length and width out.

    ``steps`` holds, for each parameter, the values that a search may give it, in ascending order; an architecture
    written by hand may use others.
    """

    family: ClassVar[str] = "operation"
    members: ClassVar[tuple[str, ...]] = ("rosearch.space.operation",)
    steps: ClassVar[Mapping[str, tuple[int, ...]]] = {}
    kind: str

    @abstractmethod
    def parameters(self, width: int) -> int:
        """Returns the number of weights at ``width`` channels."""

    @abstractmethod
    def flops(self, width: int, length: int) -> int:
        """Returns multiplications and additions for one text of ``length`` tokens at ``width`` channels.

        Activations, a few per value, are left out.
        """

    @property
    def values(self) -> dict[str, int]:
        """Returns the parameters by name, without the kind."""
        return {name: value for name, value in vars(self).items() if name != "kind"}

    @property
    def label(self) -> str:
        """Returns what tells this operation from others in one short string."""
        return ":".join(str(value) for value in vars(self).values())

    def to_json(self) -> dict[str, Any]:
        """Returns kind and parameters as plain data."""
        return dict(vars(self))

    @classmethod
    def from_json(cls, data: Any, where: str) -> "Operation":
        """Reads what ``to_json`` wrote; ``where`` names the place in errors."""
        kind = data.get("kind") if isinstance(data, Mapping) else None
        if kind not in Operation.kinds:
            raise ConfigError(f"{where}: unknown operation kind {kind!r}. {nearest(kind, Operation.kinds)}")
        return decode(operation_class(kind), data, where)

    @classmethod
    def choices(cls) -> tuple[Self, ...]:
        """Returns this operation with every combination of its steps."""
        return tuple(cls(**dict(zip(cls.steps, values, strict=True))) for values in product(*cls.steps.values()))

    def neighbours(self) -> Iterator["Operation"]:
        """Yields this operation with one parameter one step down or up."""
        for name, steps in self.steps.items():
            for value in adjacent(steps, getattr(self, name)):
                yield replace(self, **{name: value})  # type: ignore[type-var]  # members are dataclasses

    def __post_init__(self) -> None:
        for name, value in self.values.items():
            if type(value) is not int or value < 1:
                raise ValueError(f"{name} of {self.kind} must be a whole number from 1 on, got {value!r}")
            if name == "kernel" and value % 2 == 0:
                raise ValueError(f"kernel of {self.kind} must be odd, so that it has a middle; got {value}")


def adjacent(steps: tuple[int, ...], value: int) -> tuple[int, ...]:
    """Returns the nearest step below ``value`` and the nearest above, where there are such."""
    return (*[step for step in steps if step < value][-1:], *[step for step in steps if step > value][:1])


def operation_class(kind: str) -> type[Operation]:
    """Returns the class of a kind."""
    return Operation.kinds[kind]  # type: ignore[return-value]  # the family's own members


def _attention_flops(width: int, length: int) -> int:
    return 8 * length * width * width + 4 * length * length * width


@final
@dataclass(frozen=True, kw_only=True)
class SelfAttention(Operation):
    """Scaled dot-product attention of every token to every token.

    Args:
        heads: Attention heads; they share the width.

    References:
        Vaswani et al. (2017). Attention Is All You Need. arXiv:1706.03762
    """

    kind: Literal["self_attention"] = "self_attention"
    heads: int = 4

    steps: ClassVar[Mapping[str, tuple[int, ...]]] = {"heads": (1, 2, 4, 8)}

    def parameters(self, width: int) -> int:
        """Returns the weights of query, key, value and output, with biases."""
        return 4 * (width * width + width)

    def flops(self, width: int, length: int) -> int:
        """Returns the work of four projections and two products of tokens with tokens."""
        return _attention_flops(width, length)


@final
@dataclass(frozen=True, kw_only=True)
class WindowedAttention(Operation):
    """Attention to the neighbourhood only.

    Args:
        window: Tokens seen to each side, besides the token itself.
        heads: Attention heads; they share the width.

    References:
        Beltagy, Peters, Cohan (2020). Longformer: The Long-Document Transformer. arXiv:2004.05150

    Differences from the paper: no global tokens, no dilation, and the whole square of tokens is computed and masked,
    which is faster below a few hundred tokens; ``flops`` therefore counts the square.
    """

    kind: Literal["windowed_attention"] = "windowed_attention"
    window: int = 2
    heads: int = 4

    steps: ClassVar[Mapping[str, tuple[int, ...]]] = {"window": (1, 2, 4), "heads": (1, 2, 4, 8)}

    def parameters(self, width: int) -> int:
        """Returns the weights of query, key, value and output, with biases."""
        return 4 * (width * width + width)

    def flops(self, width: int, length: int) -> int:
        """Returns the work of four projections and two products of tokens with tokens."""
        return _attention_flops(width, length)


@final
@dataclass(frozen=True, kw_only=True)
class Convolution(Operation):
    """Convolution over tokens, then GELU.

    Args:
        kernel: Tokens seen, an odd number.
    """

    kind: Literal["convolution"] = "convolution"
    kernel: int = 3

    steps: ClassVar[Mapping[str, tuple[int, ...]]] = {"kernel": (1, 3, 5, 7)}

    def parameters(self, width: int) -> int:
        """Returns one matrix per token seen, and a bias."""
        return self.kernel * width * width + width

    def flops(self, width: int, length: int) -> int:
        """Returns the work of one matrix per token seen."""
        return 2 * self.kernel * length * width * width


@final
@dataclass(frozen=True, kw_only=True)
class SeparableConvolution(Operation):
    """Convolution of each channel by itself, then a mixing of channels, then GELU.

    Args:
        kernel: Tokens seen, an odd number.

    References:
        Chollet (2017). Xception: Deep Learning with Depthwise Separable Convolutions. arXiv:1610.02357
    """

    kind: Literal["separable_convolution"] = "separable_convolution"
    kernel: int = 3

    steps: ClassVar[Mapping[str, tuple[int, ...]]] = {"kernel": (3, 5, 7, 9)}

    def parameters(self, width: int) -> int:
        """Returns one number per channel and token seen, one matrix, and a bias."""
        return self.kernel * width + width * width + width

    def flops(self, width: int, length: int) -> int:
        """Returns the work of the channels' convolutions and of the mixing."""
        return 2 * self.kernel * length * width + 2 * length * width * width


@final
@dataclass(frozen=True, kw_only=True)
class FeedForward(Operation):
    """Two linear maps with GELU between them, for each token by itself.

    Args:
        ratio: Inner width over width.
    """

    kind: Literal["feed_forward"] = "feed_forward"
    ratio: int = 4

    steps: ClassVar[Mapping[str, tuple[int, ...]]] = {"ratio": (1, 2, 3, 4)}

    def parameters(self, width: int) -> int:
        """Returns the weights of both maps, with biases."""
        return 2 * self.ratio * width * width + self.ratio * width + width

    def flops(self, width: int, length: int) -> int:
        """Returns the work of both maps."""
        return 4 * self.ratio * length * width * width


@final
@dataclass(frozen=True, kw_only=True)
class GatedFeedForward(Operation):
    """Feed-forward whose inner values are multiplied by a second, GELU-activated map.

    Args:
        ratio: Inner width over width.

    References:
        Shazeer (2020). GLU Variants Improve Transformer. arXiv:2002.05202

    Differences from the paper: the maps have biases, and the inner width is not cut by a third.
    """

    kind: Literal["gated_feed_forward"] = "gated_feed_forward"
    ratio: int = 2

    steps: ClassVar[Mapping[str, tuple[int, ...]]] = {"ratio": (1, 2, 3)}

    def parameters(self, width: int) -> int:
        """Returns the weights of three maps, with biases."""
        return 3 * self.ratio * width * width + 2 * self.ratio * width + width

    def flops(self, width: int, length: int) -> int:
        """Returns the work of three maps."""
        return 6 * self.ratio * length * width * width


@final
@dataclass(frozen=True, kw_only=True)
class TokenMixing(Operation):
    """Gives every token the mean of all tokens; no weights."""

    kind: Literal["token_mixing"] = "token_mixing"

    def parameters(self, width: int) -> int:  # noqa: ARG002
        """Returns 0."""
        return 0

    def flops(self, width: int, length: int) -> int:
        """Returns one addition per value."""
        return length * width


@final
@dataclass(frozen=True, kw_only=True)
class MaxPooling(Operation):
    """Gives every token the largest value of its neighbourhood, channel by channel; no weights.

    Args:
        kernel: Tokens seen, an odd number.
    """

    kind: Literal["max_pooling"] = "max_pooling"
    kernel: int = 3

    steps: ClassVar[Mapping[str, tuple[int, ...]]] = {"kernel": (3, 5, 7)}

    def parameters(self, width: int) -> int:  # noqa: ARG002
        """Returns 0."""
        return 0

    def flops(self, width: int, length: int) -> int:
        """Returns one comparison per value and token seen."""
        return self.kernel * length * width


@final
@dataclass(frozen=True, kw_only=True)
class AveragePooling(Operation):
    """Gives every token the mean of its neighbourhood, channel by channel; no weights.

    Args:
        kernel: Tokens seen, an odd number; tokens beyond the text do not count.
    """

    kind: Literal["average_pooling"] = "average_pooling"
    kernel: int = 3

    steps: ClassVar[Mapping[str, tuple[int, ...]]] = {"kernel": (3, 5, 7)}

    def parameters(self, width: int) -> int:  # noqa: ARG002
        """Returns 0."""
        return 0

    def flops(self, width: int, length: int) -> int:
        """Returns one addition per value and token seen."""
        return self.kernel * length * width


OPERATION_KINDS: tuple[str, ...] = tuple(Operation.kinds)
"""All kinds, in the order of this file."""
