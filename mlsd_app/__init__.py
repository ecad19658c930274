"""Seven: write a machine-learning system design in seven stages, checked while you type."""
