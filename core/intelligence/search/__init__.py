"""Everything said and written, found by words and by meaning together, in any language."""
