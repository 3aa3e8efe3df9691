"""What an attack may not do, one constraint a file."""
