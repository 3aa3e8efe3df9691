"""The command line: the only place that prints; results on stdout, progress on stderr."""
