"""The verbs about people: what gives and takes access, one function each. Nothing else writes.

Every act locks the organisation first, looks again at the right to do it and at what is there,
writes, and adds one `AccessEvent`.
"""


class Changed(Exception):
    """What the person acted on is not as they saw it: somebody else was there first, or the link
    has been used. Nothing was written."""


class Refused(Exception):
    """A rule says no. Its text says why and what to do, in the person's language. Nothing was
    written."""
