"""What the platform asks: is the process alive, and can it serve."""

from collections.abc import Callable

import redis
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache

from measures.views.reading import read_only


def check_database() -> bool:
    """Say whether the database answers a query."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def check_redis() -> bool:
    """Say whether Redis answers within a second."""
    client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1)
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
    finally:
        client.close()


def checks() -> dict[str, Callable[[], bool]]:
    """Return the checks that count here: Redis only where it is configured."""
    return {"database": check_database} | ({"redis": check_redis} if settings.REDIS_URL else {})


@login_not_required
@read_only
@never_cache
def livez(request: HttpRequest) -> HttpResponse:
    """200 as long as the process answers; asks nothing else."""
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
@read_only
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when all that a page needs answers, 503 otherwise; the body names each part."""
    parts = {name: check() for name, check in checks().items()}
    body = {name: "ok" if fine else "unavailable" for name, fine in parts.items()}
    return JsonResponse(body, status=200 if all(parts.values()) else 503)
