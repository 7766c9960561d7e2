"""What a mail tells whom, and when: everything that is decided before it is written and sent."""
