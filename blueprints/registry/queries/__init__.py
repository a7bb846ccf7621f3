"""What of the service register a person may see."""
