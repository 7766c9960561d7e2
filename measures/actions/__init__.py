"""The verbs: what changes the record, one function each. Nothing else writes."""


class Changed(Exception):
    """What the person acted on is not as they saw it: somebody else was there first.

    Somebody published, returned, withdrew, corrected or closed it, or changed the words. Nothing
    was written. Its text, where it has one, says in the person's language what happened; the view
    shows what is there now, and keeps what the person typed.
    """
