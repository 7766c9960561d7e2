"""What builds, checks and runs the site from outside: used by make, never by the site."""
