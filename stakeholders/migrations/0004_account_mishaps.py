"""An operator may forget a lost second factor, and end the pause after wrong passwords."""

from importlib import import_module

from django.db import migrations, models

log = import_module("stakeholders.migrations.0003_invitations")


class Migration(migrations.Migration):
    dependencies = [
        ("stakeholders", "0003_invitations"),
    ]

    operations = [
        # SQLite rebuilds a table to alter it, and its triggers go with the old one.
        migrations.RunPython(log.drop_triggers, log.create_triggers),
        migrations.RemoveConstraint(
            model_name="accessevent",
            name="access_event_verb_known",
        ),
        migrations.AlterField(
            model_name="accessevent",
            name="verb",
            field=models.CharField(
                choices=[
                    ("invited", "Invitert"),
                    ("resent", "Invitasjonen er sendt på nytt"),
                    ("revoked", "Invitasjonen er trukket tilbake"),
                    ("accepted", "Tok imot invitasjonen"),
                    ("granted", "Fikk rolle"),
                    ("ended", "Rolle avsluttet"),
                    ("closed", "Kontoen er stengt"),
                    ("reopened", "Kontoen er åpnet igjen"),
                    ("unlocked", "Pausen etter feil passord er opphevet"),
                    ("reset", "Koder og passnøkler er fjernet"),
                ],
                max_length=8,
                verbose_name="hendelse",
            ),
        ),
        migrations.AddConstraint(
            model_name="accessevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "verb__in",
                        [
                            "invited",
                            "resent",
                            "revoked",
                            "accepted",
                            "granted",
                            "ended",
                            "closed",
                            "reopened",
                            "unlocked",
                            "reset",
                        ],
                    )
                ),
                name="access_event_verb_known",
            ),
        ),
        migrations.RunPython(log.create_triggers, log.drop_triggers),
    ]
