"""Students for use elsewhere: ONNX graphs, Hugging Face directories, cards."""
