"""What a student costs where it runs: measured, not computed."""
