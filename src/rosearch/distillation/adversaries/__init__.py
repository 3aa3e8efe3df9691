"""What looks for the perturbation that hurts a student most, one way of looking a file."""
