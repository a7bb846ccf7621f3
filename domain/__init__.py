"""Pure rules of the product: standard library only, no clock, no database, no web framework."""
