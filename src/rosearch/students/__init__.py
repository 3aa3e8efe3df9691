"""Students: the networks that architectures stand for."""
