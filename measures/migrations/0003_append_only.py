"""Database triggers: what is published stays as it was published.

- A published status update, and its evidence, can be neither changed, deleted nor added to.
- A status update that says "completed" can be published only when it has evidence.
- Deadlines and events are only ever added.

Django rebuilds a SQLite table to alter it, and the table's triggers go with the old one: a later
migration that alters one of these tables must create them again (`tests/test_append_only.py`
fails until it does). The same functions can be called from there.
"""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

UPDATES, EVIDENCE = "measures_statusupdate", "measures_evidence"
FINAL = "a published status update never changes"
FINAL_EVIDENCE = "the evidence of a published status update never changes"
NEEDS_EVIDENCE = "completed needs evidence before it is published"
APPEND_ONLY = {
    "measures_deadline": "deadlines are only added, never changed",
    "measures_event": "events are only added, never changed",
}


def sqlite_trigger(name: str, event: str, table: str, when: str, message: str) -> str:
    when = f"WHEN {when} " if when else ""
    return (
        f"CREATE TRIGGER {name} BEFORE {event} ON {table} {when}"
        f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
    )


def published(row: str) -> str:
    return f"(SELECT published_at FROM {UPDATES} WHERE id = {row}.update_id) IS NOT NULL"  # noqa: S608


COMPLETED = "NEW.published_at IS NOT NULL AND NEW.status = 'completed'"
NO_EVIDENCE = f"NOT EXISTS (SELECT 1 FROM {EVIDENCE} WHERE update_id = NEW.id)"  # noqa: S608  # our own names
#: (name, event, table, condition, message)
RULES = [
    ("update_final", "UPDATE", UPDATES, "OLD.published_at IS NOT NULL", FINAL),
    ("update_kept", "DELETE", UPDATES, "OLD.published_at IS NOT NULL", FINAL),
    ("update_evidenced", "UPDATE", UPDATES, f"{COMPLETED} AND {NO_EVIDENCE}", NEEDS_EVIDENCE),
    ("update_evidenced_first", "INSERT", UPDATES, COMPLETED, NEEDS_EVIDENCE),
    ("evidence_before", "INSERT", EVIDENCE, published("NEW"), FINAL_EVIDENCE),
    (
        "evidence_final",
        "UPDATE",
        EVIDENCE,
        f"{published('OLD')} OR {published('NEW')}",
        FINAL_EVIDENCE,
    ),
    ("evidence_kept", "DELETE", EVIDENCE, published("OLD"), FINAL_EVIDENCE),
    *(
        (f"{table}_{event.lower()}", event, table, "", message)
        for table, message in APPEND_ONLY.items()
        for event in ("UPDATE", "DELETE")
    ),
]


def postgres_trigger(name: str, event: str, table: str, when: str, message: str) -> str:
    return f"""
        CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF {when or "true"} THEN
                RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN {"OLD" if event == "DELETE" else "NEW"};
        END $$;
        CREATE TRIGGER {name} BEFORE {event} ON {table}
            FOR EACH ROW EXECUTE FUNCTION {name}();
    """


Rule = tuple[str, str, str, str, str]


def create(schema_editor: BaseDatabaseSchemaEditor, rules: list[Rule]) -> None:
    build = sqlite_trigger if schema_editor.connection.vendor == "sqlite" else postgres_trigger
    for rule in rules:
        schema_editor.execute(build(*rule))


def drop(schema_editor: BaseDatabaseSchemaEditor, rules: list[Rule]) -> None:
    for name, _, table, _, _ in rules:
        if schema_editor.connection.vendor == "sqlite":
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {name}")
        else:
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}")
            schema_editor.execute(f"DROP FUNCTION IF EXISTS {name}()")


def create_triggers(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    create(schema_editor, RULES)


def drop_triggers(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    drop(schema_editor, RULES)


class Migration(migrations.Migration):
    dependencies = [("measures", "0002_relations")]
    operations = [migrations.RunPython(create_triggers, drop_triggers)]
