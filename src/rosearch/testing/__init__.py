"""Conformance kits and toys that ship: a new component is a file and one fixture."""
