"""What a candidate is worth: distilled, attacked, measured, at one fidelity."""
