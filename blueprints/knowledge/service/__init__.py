"""Services of knowledge."""
