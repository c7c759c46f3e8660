"""Real clients for the tests: LibreOffice driven as a user would, and pictures of what they show."""
