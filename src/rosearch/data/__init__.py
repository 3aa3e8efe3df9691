"""What is classified: labelled text, its splits, its tokens, and the files that come with pip alone."""
