"""What one sees: the people of an organisation, and an invitation."""
