"""A student as a model of the transformers library.

Shapes: B batch, L tokens, K character features of a word, C classes.
"""

import os
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from transformers import PreTrainedModel
from transformers.modeling_outputs import SequenceClassifierOutput

from rosearch.export.hugging_face.code import write_code
from rosearch.export.hugging_face.configuration import RoSearchConfig
from rosearch.space.architecture import Architecture
from rosearch.students.inputs import PieceInput
from rosearch.students.network import StudentNetwork


class RoSearchForSequenceClassification(PreTrainedModel):  # type: ignore[no-untyped-call]
    """A student that classifies texts; ``save_pretrained`` writes its code beside its weights.

    Args:
        config: Of the student.
    """

    config_class = RoSearchConfig
    base_model_prefix = "network"
    main_input_name = "input_ids"
    _supports_sdpa = True

    def __init__(self, config: RoSearchConfig) -> None:
        super().__init__(config)
        self.network = StudentNetwork(
            Architecture.from_json(config.architecture, where="config.json: architecture"),
            vocabulary_size=config.vocab_size,
            classes=len(config.id2label or ()),
            padding_id=config.pad_token_id,
        )
        self.post_init()  # type: ignore[no-untyped-call]

    def forward(
        self,
        input_ids: Tensor,
        attention_mask: Tensor | None = None,
        character_ids: Tensor | None = None,
        token_type_ids: Tensor | None = None,  # noqa: ARG002 - students tell fields apart by the piece between them
        labels: Tensor | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **kwargs: Any,
    ) -> SequenceClassifierOutput | tuple[Tensor, ...]:
        """Classifies a batch.

        Args:
            input_ids: Word pieces, shape BL.
            attention_mask: 1 at text, 0 at padding, shape BL; texts are padded on the right. None means all is text.
            character_ids: What the tokenizer tells of words, shape BLK, for a student that reads them.
            token_type_ids: Not looked at.
            labels: Class of each text, shape B, for the loss.
            output_hidden_states: Whether to give the tokens that were pooled.
            return_dict: False gives a tuple.
            **kwargs: For the loss.

        Raises:
            ValueError: If a text is longer than the student takes.
        """
        length = input_ids.shape[1]
        if length > self.config.max_position_embeddings:
            raise ValueError(
                f"a text of {length} word pieces, and this student takes {self.config.max_position_embeddings}; "
                "give the tokenizer or the pipeline truncation=True"
            )
        mask_BL = torch.ones_like(input_ids) if attention_mask is None else attention_mask
        output = self.network(input_ids, mask_BL, character_ids)
        loss = None
        if labels is not None:
            loss = self.loss_function(labels=labels, pooled_logits=output.logits_BC, config=self.config, **kwargs)
        hidden = (output.hidden_BLD,) if output_hidden_states else None
        result = SequenceClassifierOutput(loss=loss, logits=output.logits_BC, hidden_states=hidden)
        return result.to_tuple() if return_dict is False else result

    def get_input_embeddings(self) -> nn.Embedding:
        """Returns the embedding table."""
        return self.network.input.table

    def set_input_embeddings(self, value: nn.Module) -> None:
        """Replaces the embedding table.

        Args:
            value: The table.
        """
        self.network.input.table = value  # type: ignore[assignment]  # a table it is

    def save_pretrained(self, save_directory: str | os.PathLike[str], *args: Any, **kwargs: Any) -> None:
        """Writes configuration, weights and code.

        Args:
            save_directory: Where to write.
            *args: See the transformers library.
            **kwargs: See the transformers library.
        """
        super().save_pretrained(save_directory, *args, **kwargs)
        write_code(Path(save_directory))

    def _init_weights(self, module: nn.Module) -> None:
        # A network is built with its weights drawn. What a checkpoint may lack are positions, which are computed, and
        # a head for another number of classes.
        if isinstance(module, PieceInput):
            module.reserve_positions(len(module.positions_LD))
        elif module is self.network.head:
            self.network.head.reset_parameters()
