"""Reading what inspection keeps, by subject."""
