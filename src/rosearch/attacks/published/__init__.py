"""The searches of the publications and of their authors' codes, where TextAttack's differ."""
