"""Inputs: word pieces become vectors, from a table of low rank that may start as the teacher's.

Shapes: B batch, L tokens, D width, V vocabulary, R rank.
"""

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from rosearch.core.errors import TeacherError
from rosearch.space.architecture import InputGenes
from rosearch.students.characters import build_characters

FIRST_POSITIONS = 128
POSITION_SCALE = 0.25


class PieceInput(nn.Module):
    """Embeds word pieces: a table, a linear map to the network's width, normalisation, positions.

    Positions are sinusoids without weights, for texts of any length, at a quarter of the tokens' spread: enough to tell
    order, too little to drown words. A bag of embeddings goes without. A frozen table counts as parameters all the
    same, since it must be shipped.

    Args:
        genes: Rank, and whether the table is trained.
        width: Width of the network.
        vocabulary_size: Rows of the table.
        padding_id: The row of padding, which gets no gradient.
        ordered: Whether the order of the pieces is told.

    References:
        Vaswani et al. (2017), section 3.5, for the sinusoids.
    """

    def __init__(
        self, genes: InputGenes, width: int, *, vocabulary_size: int, padding_id: int, ordered: bool = True
    ) -> None:
        super().__init__()
        self.ordered = ordered
        self.table = nn.Embedding(vocabulary_size, genes.rank, padding_idx=padding_id)
        self.table.weight.requires_grad_(genes.trained)
        self.characters = build_characters(genes)
        self.widening = nn.Linear(genes.rank, width)
        self.norm = nn.LayerNorm(width)
        self.positions_LD: Tensor
        self.register_buffer("positions_LD", sinusoids(FIRST_POSITIONS, width), persistent=False)

    def forward(self, input_ids_BL: Tensor, character_ids_BLK: Tensor | None = None) -> Tensor:
        """Returns the vectors of the pieces, shape BLD.

        Args:
            input_ids_BL: Word pieces.
            character_ids_BLK: Characters of the word that each belongs to, where the genes ask for them.

        Raises:
            ValueError: If they ask for characters and none are given.
        """
        pieces_BLR = self.table(input_ids_BL)
        if self.characters is not None:
            if character_ids_BLK is None:
                raise ValueError("this student reads characters; give character_ids, as its tokenizer does")
            pieces_BLR = pieces_BLR + self.characters(character_ids_BLK)
        pieces_BLD: Tensor = self.norm(self.widening(pieces_BLR))
        if not self.ordered:
            return pieces_BLD
        length = input_ids_BL.shape[1]
        if length > len(self.positions_LD):
            self.reserve_positions(2 * length)
        return pieces_BLD + self.positions_LD[:length]

    def reserve_positions(self, length: int) -> None:
        """Computes positions for texts of up to ``length`` word pieces, which are otherwise made when they are needed.

        Args:
            length: Longest text in word pieces.
        """
        self.positions_LD = sinusoids(length, self.norm.normalized_shape[0]).to(self.positions_LD)

    def load_table(self, table_VR: NDArray[np.floating]) -> None:
        """Copies a table into the embedding, trained or frozen.

        Args:
            table_VR: Shape ``(vocabulary, rank)``, such as ``svd_embedding`` gives.

        Raises:
            TeacherError: If the shape is another one.
        """
        if table_VR.shape != self.table.weight.shape:
            raise TeacherError(
                f"the embedding table has shape {table_VR.shape}, the student needs {tuple(self.table.weight.shape)}. "
                "Cut the teacher's table to the student's rank, and give both the same tokenizer."
            )
        with torch.no_grad():
            self.table.weight.copy_(torch.as_tensor(table_VR))


def svd_embedding(table: NDArray[np.floating], rank: int) -> NDArray[np.float32]:
    """Returns the best table of low rank: no other has inner products as close to those of ``table``.

    The left singular vectors times the singular values, exactly, by way of the eigenvectors of the small Gram matrix.
    Of each singular vector and its opposite, the one whose largest coordinate is positive is taken. A rank beyond the
    width of ``table`` adds columns of zeros.

    Args:
        table: Shape ``(V, d)``, the teacher's word embeddings.
        rank: Columns to keep.

    Returns:
        Shape ``(V, rank)``, columns by falling singular value.

    References:
        Eckart, Young (1936). The approximation of one matrix by another of lower rank.
    """
    wide = np.asarray(table, dtype=np.float64)
    _, vectors = np.linalg.eigh(wide.T @ wide)
    kept = vectors[:, ::-1][:, :rank]
    largest = kept[np.abs(kept).argmax(axis=0), np.arange(kept.shape[1])]
    result = np.zeros((len(wide), rank), dtype=np.float32)
    result[:, : kept.shape[1]] = wide @ (kept * np.sign(largest))
    return result


def sinusoids(length: int, width: int) -> Tensor:
    """Returns the vectors of positions 0 .. length - 1, shape ``(length, width)``."""
    place_L1 = torch.arange(length, dtype=torch.float32).unsqueeze(1)
    rate_D = torch.exp(torch.arange(0, width, 2) * (-math.log(10_000.0) / width))
    waves_LD = torch.zeros(length, width)
    waves_LD[:, 0::2] = torch.sin(place_L1 * rate_D)
    waves_LD[:, 1::2] = torch.cos(place_L1 * rate_D[: width // 2])
    return POSITION_SCALE * math.sqrt(2) * waves_LD
