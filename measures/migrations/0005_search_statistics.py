"""PostgreSQL finds measures by the search index, also when a word is common.

From statistics of `stems` it takes the forms of a word ("eksport", "eksportavtale" …) for
unrelated, adds them up, expects most of the table, and reads all of it: each row's stems have to
be fetched from where long values are kept, which costs ten times what it believes. Without
statistics it expects few rows and uses the index, which is right for all but the vaguest searches.
"""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

STEMS = "ALTER TABLE measures_measuretext ALTER COLUMN stems"


def leave_out(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"{STEMS} SET STATISTICS 0")


def collect(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"{STEMS} SET STATISTICS -1")


class Migration(migrations.Migration):
    dependencies = [("measures", "0004_search")]
    operations = [migrations.RunPython(leave_out, collect)]
