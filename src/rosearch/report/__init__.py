"""Pages for people, made from recorded figures; no torch, no network, one file each."""
