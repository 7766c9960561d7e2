"""A time that was taken back has a word of its own; an owner may set a deadline twice in a day."""

from importlib import import_module

from django.conf import settings
from django.db import migrations, models

append_only = import_module("measures.migrations.0003_append_only")


class Migration(migrations.Migration):
    dependencies = [
        ("measures", "0011_rules_across_rows"),
        ("stakeholders", "0004_account_mishaps"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        # SQLite rebuilds tables to alter them, and the triggers would go with the old ones.
        migrations.RunPython(append_only.drop_triggers, append_only.create_triggers),
        migrations.RemoveConstraint(
            model_name="deadline",
            name="deadline_stated_once",
        ),
        migrations.RemoveConstraint(
            model_name="event",
            name="event_verb_known",
        ),
        migrations.AlterField(
            model_name="event",
            name="verb",
            field=models.CharField(
                choices=[
                    ("created", "Opprettet"),
                    ("changed", "Endret"),
                    ("published", "Publisert"),
                    ("deadline_set", "Frist satt"),
                    ("submitted", "Sendt til godkjenning"),
                    ("returned", "Sendt tilbake"),
                    ("scheduled", "Publiseres til bestemt tid"),
                    ("unscheduled", "Tidspunktet er avlyst"),
                    ("withdrawn", "Trukket"),
                    ("reporting_closed", "Rapporteringen avsluttet"),
                    ("reporting_reopened", "Rapporteringen gjenåpnet"),
                    ("round_opened", "Rapporteringsrunde åpnet"),
                    ("removed", "Fjernet"),
                ],
                max_length=20,
                verbose_name="hendelse",
            ),
        ),
        migrations.AddConstraint(
            model_name="deadline",
            constraint=models.UniqueConstraint(
                condition=models.Q(("update", None)),
                fields=("measure", "stated_on", "due_on"),
                name="deadline_stated_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="event",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "verb__in",
                        [
                            "created",
                            "changed",
                            "published",
                            "deadline_set",
                            "submitted",
                            "returned",
                            "scheduled",
                            "unscheduled",
                            "withdrawn",
                            "reporting_closed",
                            "reporting_reopened",
                            "round_opened",
                            "removed",
                        ],
                    )
                ),
                name="event_verb_known",
            ),
        ),
        migrations.RunPython(append_only.create_triggers, append_only.drop_triggers),
    ]
