from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse


@login_not_required
def measure_list(request: HttpRequest, **kwargs: str) -> HttpResponse:
    raise Http404
