"""What is done to training texts, one kind of change a file."""
