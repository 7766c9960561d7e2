"""Loaded first of all by pytest: the settings need to know that this is not a public site."""

import os

os.environ.setdefault("DEBUG", "1")
