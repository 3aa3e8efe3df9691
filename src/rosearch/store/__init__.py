"""What a run leaves on disk: records, the journal that they stand in, and the directory around it. The only writer."""
