"""A program for TextAttack's environment; this folder is what the interpreter there is given to run."""
