"""Shortcuts of a search's attacks: cheaper figures that choose among candidates, one way a file. Never quoted."""
