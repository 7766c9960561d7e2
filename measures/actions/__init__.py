"""The verbs: what changes the record, one function each. Nothing else writes.

**Locks.** An act on a measure locks the measure first, several in the order of their keys, and then
what it changes. Rows are locked with `no_key`: no key ever changes, and a plain lock would make
everybody wait who adds a row that refers to them, also those for whom the holder waits.
"""


class Changed(Exception):
    """What the person acted on is not as they saw it: somebody else was there first.

    Somebody published, returned, withdrew, corrected or closed it, or changed the words. Nothing
    was written. Its text, where it has one, says in the person's language what happened; the view
    shows what is there now, and keeps what the person typed.
    """
