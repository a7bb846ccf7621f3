"""Services of duty."""
