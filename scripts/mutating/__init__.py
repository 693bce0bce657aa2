"""How functions are broken, and which tests should notice."""
