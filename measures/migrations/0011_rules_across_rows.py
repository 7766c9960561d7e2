"""Rules across rows that no CHECK can see.

- The chapter of a measure is one of the measure's own document.
- A correction replaces a published update of its own measure.
- Two ends are linked once, in one direction (indexes, so that two at once cannot break it).

Triggers as in 0003, made by the same functions. A later migration that alters one of these tables
must drop and create them as well.
"""

from importlib import import_module

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models.functions import Coalesce, Greatest, Least

append_only = import_module("measures.migrations.0003_append_only")

MEASURES, CHAPTERS, UPDATES = "measures_measure", "measures_chapter", "measures_statusupdate"
OWN_CHAPTER = "the chapter of a measure is in its document"
OWN_MEASURE = "a correction replaces a published update of its own measure"

OTHER_CHAPTER = f"""NEW.chapter_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM {CHAPTERS} WHERE id = NEW.chapter_id AND document_id = NEW.document_id)"""  # noqa: S608  # our own names
LEFT_BEHIND = f"""NEW.document_id <> OLD.document_id AND EXISTS (
    SELECT 1 FROM {MEASURES} WHERE chapter_id = NEW.id)"""  # noqa: S608
OTHER_UPDATE = f"""NEW.replaces_id IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM {UPDATES} WHERE id = NEW.replaces_id AND measure_id = NEW.measure_id
        AND published_at IS NOT NULL)"""  # noqa: S608
#: (name, event, table, condition, message)
RULES = [
    ("measure_chapter_first", "INSERT", MEASURES, OTHER_CHAPTER, OWN_CHAPTER),
    (
        "measure_chapter",
        "UPDATE OF chapter_id, document_id",
        MEASURES,
        OTHER_CHAPTER,
        OWN_CHAPTER,
    ),
    ("chapter_document", "UPDATE OF document_id", CHAPTERS, LEFT_BEHIND, OWN_CHAPTER),
    ("update_corrects_first", "INSERT", UPDATES, OTHER_UPDATE, OWN_MEASURE),
    (
        "update_corrects",
        "UPDATE OF replaces_id, measure_id",
        UPDATES,
        OTHER_UPDATE,
        OWN_MEASURE,
    ),
]


def create_triggers(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    append_only.create(schema_editor, RULES)


def drop_triggers(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    append_only.drop(schema_editor, RULES)


class Migration(migrations.Migration):
    dependencies = [
        ("measures", "0010_pending_uploads"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="measurelink",
            name="link_measures_once",
        ),
        migrations.RemoveConstraint(
            model_name="measurelink",
            name="link_documents_once",
        ),
        migrations.RemoveConstraint(
            model_name="measurelink",
            name="link_document_to_measure_once",
        ),
        migrations.RemoveConstraint(
            model_name="measurelink",
            name="link_measure_to_document_once",
        ),
        migrations.AddConstraint(
            model_name="measurelink",
            constraint=models.UniqueConstraint(
                Least("earlier_measure", "later_measure"),
                Greatest("earlier_measure", "later_measure"),
                condition=models.Q(
                    ("earlier_measure__isnull", False), ("later_measure__isnull", False)
                ),
                name="link_measures_once_one_way",
            ),
        ),
        migrations.AddConstraint(
            model_name="measurelink",
            constraint=models.UniqueConstraint(
                Least("earlier_document", "later_document"),
                Greatest("earlier_document", "later_document"),
                condition=models.Q(
                    ("earlier_document__isnull", False), ("later_document__isnull", False)
                ),
                name="link_documents_once_one_way",
            ),
        ),
        migrations.AddConstraint(
            model_name="measurelink",
            constraint=models.UniqueConstraint(
                Coalesce("earlier_document", "later_document"),
                Coalesce("earlier_measure", "later_measure"),
                condition=models.Q(
                    models.Q(("earlier_measure", None), ("later_document", None)),
                    models.Q(("earlier_document", None), ("later_measure", None)),
                    _connector="OR",
                ),
                name="link_document_and_measure_once_one_way",
            ),
        ),
        # A million updates that correct nothing need not stand in the index of corrections.
        migrations.RemoveConstraint(model_name="statusupdate", name="update_corrected_once"),
        migrations.AddConstraint(
            model_name="statusupdate",
            constraint=models.UniqueConstraint(
                condition=models.Q(("published_at__isnull", False), ("replaces__isnull", False)),
                fields=("replaces",),
                name="update_corrected_once",
            ),
        ),
        migrations.RunPython(create_triggers, drop_triggers),
    ]
