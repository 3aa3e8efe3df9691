"""How a student learns from a teacher's cached outputs."""
