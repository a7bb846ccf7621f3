"""What the pages of templates and scripts show."""
