"""The words that the search looks in, and on PostgreSQL what makes looking and sorting fast."""

from collections.abc import Callable

import django.contrib.postgres.search
import django.db.models.deletion
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps as Apps

import measures.models.search

# PostgreSQL's own configuration "norwegian" leaves out 170 common words, so a search for one of
# them would find nothing. Ours has the same stems and leaves out none.
CONFIGURATION = """
    CREATE TEXT SEARCH DICTIONARY tiltak_stem (TEMPLATE = snowball, Language = norwegian);
    CREATE TEXT SEARCH CONFIGURATION tiltak (COPY = pg_catalog.norwegian);
    ALTER TEXT SEARCH CONFIGURATION tiltak ALTER MAPPING REPLACE norwegian_stem WITH tiltak_stem;
"""
NO_CONFIGURATION = """
    DROP TEXT SEARCH CONFIGURATION tiltak;
    DROP TEXT SEARCH DICTIONARY tiltak_stem;
"""
# The last two are for the list's orders; SQLite cannot say NULLS LAST in an index.
INDEXES = """
    CREATE INDEX measure_text_stems ON measures_measuretext USING gin (stems);
    CREATE INDEX search_word_parts ON measures_searchword USING gin (word gin_trgm_ops);
    CREATE INDEX measure_by_last_event ON measures_measure (last_event_on DESC NULLS LAST, id);
    CREATE INDEX measure_by_due_date ON measures_measure (due_on ASC NULLS LAST, id);
"""
NO_INDEXES = """
    DROP INDEX measure_text_stems;
    DROP INDEX search_word_parts;
    DROP INDEX measure_by_last_event;
    DROP INDEX measure_by_due_date;
"""


def on_postgres(there: str, back: str) -> migrations.RunPython:
    """An operation that runs SQL on PostgreSQL and nothing elsewhere."""

    def runner(sql: str) -> Callable[[Apps, BaseDatabaseSchemaEditor], None]:
        def run(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
            if schema_editor.connection.vendor == "postgresql":
                schema_editor.execute(sql)

        return run

    return migrations.RunPython(runner(there), runner(back))


class Migration(migrations.Migration):
    dependencies = [("measures", "0003_append_only")]

    operations = [
        TrigramExtension(),
        on_postgres(CONFIGURATION, NO_CONFIGURATION),
        migrations.CreateModel(
            name="MeasureText",
            fields=[
                (
                    "measure",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="search_text",
                        serialize=False,
                        to="measures.measure",
                    ),
                ),
                ("title", models.TextField()),
                ("body", models.TextField()),
                (
                    "stems",
                    models.GeneratedField(
                        db_persist=True,
                        expression=measures.models.search.Lexemes(),
                        output_field=django.contrib.postgres.search.SearchVectorField(null=True),
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SearchWord",
            fields=[
                (
                    "word",
                    models.CharField(max_length=60, primary_key=True, serialize=False),
                ),
            ],
        ),
        on_postgres(INDEXES, NO_INDEXES),
    ]
