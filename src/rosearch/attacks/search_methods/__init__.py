"""In which order an attack tries what it may do."""
