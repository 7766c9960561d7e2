"""Database triggers: what an organisation has said in public stays as it was said.

- The words of a published comment, and its evidence, can be neither changed, deleted nor added to;
  what has been withdrawn stays withdrawn.
- An answer, and a supplement, is about a published comment on its own measure; a supplement is of
  the same organisation.

Triggers as in 0003, made by the same functions. A later migration that alters one of these tables
must drop and create them as well.
"""

from importlib import import_module

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

append_only = import_module("measures.migrations.0003_append_only")

COMMENTS, EVIDENCE = "measures_comment", "measures_evidence"
FINAL = "a published comment never changes"
FINAL_EVIDENCE = "the evidence of a published comment never changes"
OWN_MEASURE = "an answer or a supplement is about a published comment on its own measure"
#: What was said, by whom, about what, and when.
WORDS = (
    *("key", "measure_id", "organisation_id", "kind", "position", "language", "body", "answers_id"),
    *("supplements_id", "author_id", "approved_by_id", "submitted_at", "published_at"),
)
CHANGED = " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in WORDS)
WITHDRAWN = "OLD.withdrawn_at IS NOT NULL AND OLD.withdrawn_at IS DISTINCT FROM NEW.withdrawn_at"


def published(row: str) -> str:
    return f"(SELECT published_at FROM {COMMENTS} WHERE id = {row}.comment_id) IS NOT NULL"  # noqa: S608  # our own names


ELSEWHERE = f"""NEW.answers_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM {COMMENTS} WHERE id = NEW.answers_id AND measure_id = NEW.measure_id
        AND published_at IS NOT NULL AND kind <> 'answer')
    OR NEW.supplements_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM {COMMENTS} WHERE id = NEW.supplements_id AND measure_id = NEW.measure_id
        AND organisation_id = NEW.organisation_id
        AND published_at IS NOT NULL AND kind <> 'answer')"""  # noqa: S608
#: (name, event, table, condition, message)
RULES = [
    (
        "comment_final",
        "UPDATE",
        COMMENTS,
        f"OLD.published_at IS NOT NULL AND ({CHANGED} OR {WITHDRAWN})",
        FINAL,
    ),
    ("comment_kept", "DELETE", COMMENTS, "OLD.published_at IS NOT NULL", FINAL),
    ("comment_about_first", "INSERT", COMMENTS, ELSEWHERE, OWN_MEASURE),
    (
        "comment_about",
        "UPDATE OF answers_id, supplements_id, measure_id, organisation_id",
        COMMENTS,
        ELSEWHERE,
        OWN_MEASURE,
    ),
    ("comment_evidence_before", "INSERT", EVIDENCE, published("NEW"), FINAL_EVIDENCE),
    (
        "comment_evidence_final",
        "UPDATE",
        EVIDENCE,
        f"{published('OLD')} OR {published('NEW')}",
        FINAL_EVIDENCE,
    ),
    ("comment_evidence_kept", "DELETE", EVIDENCE, published("OLD"), FINAL_EVIDENCE),
]


def create_triggers(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    append_only.create(schema_editor, RULES)


def drop_triggers(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    append_only.drop(schema_editor, RULES)


class Migration(migrations.Migration):
    dependencies = [("measures", "0013_comments")]
    operations = [migrations.RunPython(create_triggers, drop_triggers)]
