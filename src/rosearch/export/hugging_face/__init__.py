"""Students as the Hugging Face libraries know models: configuration, network, tokenizer, and how they are found."""
