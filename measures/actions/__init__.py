"""The verbs: what changes the record. Nothing else writes."""


class Changed(Exception):
    """What the person acted on is not as they saw it: somebody else was there first.

    Nothing was written. The view shows what is there now, and keeps what the person typed.
    """
