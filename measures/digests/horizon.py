"""Until when the record can be told: what is being written at this moment belongs to the next
mail."""

from __future__ import annotations

import datetime

from django.db import connection

#: The clocks of the servers may differ by so much.
SKEW = datetime.timedelta(seconds=5)
#: A transaction that has been open so long is stuck, and holds up nobody's mail.
STUCK = datetime.timedelta(hours=1)
OLDEST = """
    SELECT min(xact_start) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
        AND backend_type = 'client backend'
        AND xact_start > now() - make_interval(secs => %s)
"""


def settled(now: datetime.datetime) -> datetime.datetime:
    """Return the last moment before `now` of which everything that was written can be seen.

    An event carries the time at which it was written down, and is seen when its transaction is
    done, which may be later. A mail that told of everything up to `now` would miss such an event,
    and the next one, which begins there, as well. So it tells no further than to the beginning of
    the oldest transaction that is open. On SQLite, which lets one write at a time, whoever plans
    mails is the only one writing.
    """
    if connection.vendor != "postgresql":
        return now
    with connection.cursor() as cursor:
        cursor.execute(OLDEST, [STUCK.total_seconds()])
        (oldest,) = cursor.fetchone()
    return (min(now, oldest) if oldest else now) - SKEW
