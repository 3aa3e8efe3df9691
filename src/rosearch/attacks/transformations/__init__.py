"""What a word may become, one kind of change a file."""
