"""The verbs: the only code that writes the register, one function each."""


class Changed(Exception):
    """What the action was asked to act on is no longer as the person saw it.

    Somebody else was quicker: published, returned, withdrew, corrected or closed it, or changed
    the words. Nothing was written. The view tells the person what happened and keeps what was
    typed.
    """
