"""From bytes to rows of text, one module for each kind of file."""
