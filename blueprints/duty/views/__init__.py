"""What pages of duty show."""
