"""What a design is made of: seven stages and the document's own fields."""
