"""Pretrained models: loaded, fine-tuned where they must be, asked once per text."""
