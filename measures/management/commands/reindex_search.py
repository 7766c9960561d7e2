"""Write anew what the search looks in, after a change of how texts are indexed."""

from typing import Any

from django.core.management.base import BaseCommand
from tqdm import tqdm

from measures import search
from measures.models import Measure


class Command(BaseCommand):
    help = "Write anew what the search looks in. Needed only when a new version says so."

    def handle(self, *args: Any, **options: Any) -> None:
        keys = list(Measure.objects.order_by("pk").values_list("pk", flat=True))
        # disable=None: a bar on a terminal, nothing in a log.
        with tqdm(total=len(keys), unit=" tiltak", disable=None) as bar:
            for start in range(0, len(keys), search.BATCH):
                batch = keys[start : start + search.BATCH]
                search.reindex(batch)
                bar.update(len(batch))
        self.stdout.write(f"{len(keys)} tiltak er klare for søk.")
