"""What changed between two states of a design: by field and row, by word, by number."""
