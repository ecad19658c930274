"""Every state a design ever had: seen, compared, named and brought back."""
