"""What every layer stands on: errors, components, seeds, files, events. No torch, no domain."""
