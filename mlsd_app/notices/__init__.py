"""Being told, calmly: what happened in the designs one follows, in the page and by email."""
