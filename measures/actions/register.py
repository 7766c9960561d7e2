"""Carry out a planned load of the register: all of it, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

from django.db import connection, transaction
from django.db.models import Model
from django.utils import timezone

from measures.actions.publishing import make_public
from measures.actions.standing import recompute
from measures.choices import Origin, Precision, Verb
from measures.exchange.checking import Row
from measures.exchange.columns import Table
from measures.exchange.kinds import Key
from measures.exchange.plan import Changed, Plan, TablePlan
from measures.models import Deadline, Document, Event, Evidence, Measure, StatusUpdate
from measures.search import reindex
from stakeholders.models import User

BATCH = 1000
#: Any number of our own: loads wait for each other by it.
LOAD_LOCK = 7_206_140_803

#: Tables whose words measures are found by (see `measures.search`), and the way from a measure.
FOUND_BY = {
    "measures": "pk__in",
    "owners": "owners__in",
    "organisations": "owners__organisation__in",
    "themes": "theme__in",
}

Progress = Callable[[int], object]
Item = TypeVar("Item")


@transaction.atomic
def write_register(plan: Plan, actor: User | None = None, progress: Progress | None = None) -> None:
    """Write what `plan` says, with an event for every act, in one transaction.

    `progress` is told how many more rows have been written. Raises ValueError when the plan has
    problems, and IntegrityError when the database was changed after the plan was made in a way
    that makes it impossible.
    """
    if plan.problems:
        raise ValueError("A plan with problems cannot be carried out")
    lock_loads()
    _Writer(plan, actor, progress or (lambda rows: None)).write()


def lock_loads() -> None:
    """Wait until no other load is running; held to the end of the transaction.

    Take it before `prepare`, so that nobody else's load comes between plan and writing. SQLite
    needs none: there a transaction has the whole database from its start.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOAD_LOCK])


def look_anew(tables: Iterable[Table]) -> None:
    """Tell PostgreSQL how much there is now in tables that were just filled.

    It has not counted rows that came a moment ago, and would read all updates for each measure.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for table in tables:
                cursor.execute(f"ANALYZE {connection.ops.quote_name(table.model._meta.db_table)}")


def batches(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """Cut a sequence into pieces that one query can take."""
    return (items[start : start + BATCH] for start in range(0, len(items), BATCH))


class _Writer:
    """One load under way: the rows it has made and the measures whose standing it touched."""

    def __init__(self, plan: Plan, actor: User | None, progress: Progress) -> None:
        self.plan = plan
        self.actor = actor
        self.progress = progress
        self.made: dict[tuple[str, Key], int] = {}
        self.standing: set[int] = set()

    def write(self) -> None:
        self.lock()
        updates: list[StatusUpdate] = []
        for table in self.plan.tables:
            # Changes first: a lead that steps down makes room for a new one.
            self.change(table)
            created = self.create(table)
            if table.table.model is StatusUpdate:
                updates = created
        if self.plan.work >= BATCH:
            look_anew([table.table for table in self.plan.tables])
        # Last of all: the database lets nobody add evidence to what is published.
        self.publish(updates)
        recompute(sorted(self.standing))
        reindex(sorted(self.standing | set(self.worded())))

    def lock(self) -> None:
        """Lock the stored measures that the load changes or adds something to, in the order of
        their keys, before anything else: as every act on a measure does."""
        found: set[int] = set()
        for plan in self.plan.tables:
            if plan.table.model is Measure:
                found.update(changed.pk for changed in plan.changed)
            elif plan.table.model in (StatusUpdate, Deadline):
                keys = {ref for row in plan.created for _column, ref in row.references()}
                stored = (self.plan.stored.get(*key) for key in keys if key[0] == "measures")
                found.update(one.pk for one in stored if one)
        for batch in batches(sorted(found)):
            measures = Measure.objects.filter(pk__in=batch).order_by("pk")
            list(measures.select_for_update(no_key=True).values_list("pk"))

    def worded(self) -> Iterator[int]:
        """Yield the measures that are to be found by other words now (primary keys)."""
        for plan in self.plan.tables:
            if path := FOUND_BY.get(plan.table.name):
                made = [self.made[plan.table.name, row.key] for row in plan.created]
                for batch in batches([*made, *(changed.pk for changed in plan.changed)]):
                    yield from Measure.objects.filter(**{path: batch}).values_list("pk", flat=True)

    def pk(self, table: str, key: Key) -> int | None:
        """Return the primary key of a row, made by this load or there before."""
        made = self.made.get((table, key))
        if made is not None:
            return made
        stored = self.plan.stored.get(table, key)
        return stored.pk if stored else None

    def attributes(self, row: Row, columns: Iterable[str]) -> dict[str, Any]:
        """Return the model's attributes for some columns of a row."""
        found: dict[str, Any] = {}
        for name in columns:
            found |= row.table.by_name[name].kind.attributes(name, row.values, self.pk)
        return found

    # --- New rows ----------------------------------------------------------------------------

    def create(self, plan: TablePlan) -> list[Any]:
        made: list[Any] = []
        for rows in batches(plan.created):
            made += self.create_batch(plan.table, rows)
            self.progress(len(rows))
        return made

    def create_batch(self, table: Table, rows: Sequence[Row]) -> list[Any]:
        fixed = {"origin": Origin.PUBLIC_SOURCE} if table.model is StatusUpdate else {}
        made: list[Any] = table.model._default_manager.bulk_create(
            table.model(**fixed, **self.attributes(row, table.by_name)) for row in rows
        )
        for row, instance in zip(rows, made, strict=True):
            self.made[table.name, row.key] = instance.pk
        for column in table.many:
            self.fill(table, column.name, zip(made, rows, strict=True))
        if table.model is Deadline:
            self.standing.update(deadline.measure_id for deadline in made)
            self.tell(Verb.DEADLINE_SET, ((r, o, {}) for r, o in zip(rows, made, strict=True)))
        elif table.model not in (StatusUpdate, Evidence):  # told of when they are published
            self.tell(Verb.CREATED, ((r, o, {}) for r, o in zip(rows, made, strict=True)))
        return made

    def fill(self, table: Table, name: str, rows: Iterable[tuple[Any, Row]]) -> None:
        """Make the set `name` of each object what its row says."""
        relation: Any = getattr(table.model, name)
        mine, theirs = relation.field.m2m_field_name(), relation.field.m2m_reverse_field_name()
        kind = table.by_name[name].kind
        relation.through._default_manager.bulk_create(
            relation.through(**{f"{mine}_id": instance.pk, f"{theirs}_id": self.pk(*reference)})
            for instance, row in rows
            for reference in kind.references(name, row.values)
        )

    def empty(self, table: Table, name: str, pks: Sequence[int]) -> None:
        relation: Any = getattr(table.model, name)
        mine = relation.field.m2m_field_name()
        relation.through._default_manager.filter(**{f"{mine}__in": pks}).delete()

    # --- Changed rows ------------------------------------------------------------------------

    def change(self, plan: TablePlan) -> None:
        for name, value in plan.table.vacate.items():
            for batch in batches([c.pk for c in plan.changed if name in c.changes]):
                plan.table.model._default_manager.filter(pk__in=batch).update(**{name: value})
        for changed in batches(plan.changed):
            self.change_batch(plan.table, changed)
            self.progress(len(changed))

    def change_batch(self, table: Table, batch: Sequence[Changed]) -> None:
        locked = table.model._default_manager.select_for_update(no_key=True).order_by("pk")
        objects: dict[int, Any] = locked.in_bulk([changed.pk for changed in batch])
        fields: set[str] = set()
        for changed in batch:
            attributes = self.attributes(changed.row, changed.columns)
            for name, value in attributes.items():
                setattr(objects[changed.pk], name, value)
            fields.update(name.removesuffix("_id") for name in attributes)
        if fields:
            table.model._default_manager.bulk_update(objects.values(), sorted(fields), 200)
        for column in table.many:
            rows = [(objects[c.pk], c.row) for c in batch if column.name in c.changes]
            self.empty(table, column.name, [instance.pk for instance, _row in rows])
            self.fill(table, column.name, rows)
        self.tell(Verb.CHANGED, ((c.row, objects[c.pk], c.told()) for c in batch))

    # --- Publishing and telling --------------------------------------------------------------

    def publish(self, updates: Sequence[StatusUpdate]) -> None:
        now = timezone.now()
        for batch in batches(updates):
            make_public(batch, now, self.actor)
            self.standing.update(update.measure_id for update in batch)

    def tell(self, verb: Verb, acts: Iterable[tuple[Row, Model, dict[str, Any]]]) -> None:
        """Write one event per act: the row, its object, and what changed."""
        Event.objects.bulk_create(
            Event(
                verb=verb,
                actor=self.actor,
                subject=row.table.subject,
                subject_key=row.label[: Event._meta.get_field("subject_key").max_length],
                changes=changes,
                **about(instance),
            )
            for row, instance, changes in acts
        )


def about(instance: Any) -> dict[str, Any]:
    """Return what an event tells of an object: its measure, else its document, and when."""
    if isinstance(instance, Measure):
        return {"measure_id": instance.pk}
    if isinstance(instance, Document):
        return {"document_id": instance.pk}
    found: dict[str, Any] = {
        "measure_id": getattr(instance, "measure_id", None)
        or getattr(instance, "later_measure_id", None)
    }
    if not found["measure_id"]:
        found["document_id"] = getattr(instance, "document_id", None) or getattr(
            instance, "later_document_id", None
        )
    if isinstance(instance, Deadline):
        found |= {"happened_on": instance.stated_on, "happened_precision": Precision.DAY}
    return found
