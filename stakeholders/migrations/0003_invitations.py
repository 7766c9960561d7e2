"""Invitations, the log of access, and what signs a person out everywhere.

The log is only ever added to: a trigger refuses the rest. Django rebuilds a SQLite table to alter
it, and its triggers go with the old one: a later migration that alters the log must create them
again (`tests/test_access_events.py` fails until it does).
"""

import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

LOG = "stakeholders_accessevent"
ONLY_ADDED = "access events are only added, never changed"
VERBS = ("UPDATE", "DELETE")


def create_triggers(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "sqlite":
        for verb in VERBS:
            schema_editor.execute(
                f"CREATE TRIGGER access_event_{verb.lower()} BEFORE {verb} ON {LOG} "
                f"BEGIN SELECT RAISE(ABORT, '{ONLY_ADDED}'); END"
            )
        return
    schema_editor.execute(f"""
        CREATE FUNCTION access_event_only_added() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '{ONLY_ADDED}' USING ERRCODE = 'integrity_constraint_violation';
        END $$
    """)
    for verb in VERBS:
        schema_editor.execute(
            f"CREATE TRIGGER access_event_{verb.lower()} BEFORE {verb} ON {LOG} "
            "FOR EACH ROW EXECUTE FUNCTION access_event_only_added()"
        )


def drop_triggers(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    is_sqlite = schema_editor.connection.vendor == "sqlite"
    for verb in VERBS:
        on = "" if is_sqlite else f" ON {LOG}"
        schema_editor.execute(f"DROP TRIGGER IF EXISTS access_event_{verb.lower()}{on}")
    if not is_sqlite:
        schema_editor.execute("DROP FUNCTION IF EXISTS access_event_only_added()")


class Migration(migrations.Migration):
    dependencies = [
        ("stakeholders", "0002_membership"),
    ]

    operations = [
        migrations.AddField(
            model_name="membership",
            name="given_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="user",
            name="sign_outs",
            field=models.PositiveIntegerField(default=0, verbose_name="ganger logget ut overalt"),
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("email", models.EmailField(max_length=254, verbose_name="e-postadresse")),
                ("roles", models.JSONField(default=list, verbose_name="roller")),
                (
                    "language",
                    models.CharField(
                        choices=[("nb", "nb"), ("nn", "nn"), ("en", "en")],
                        default="nb",
                        max_length=2,
                        verbose_name="språk",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="opprettet"
                    ),
                ),
                ("expires_at", models.DateTimeField(verbose_name="gjelder til")),
                (
                    "token_hash",
                    models.CharField(
                        max_length=64, unique=True, verbose_name="kontrollsum av lenken"
                    ),
                ),
                ("mailed_at", models.DateTimeField(blank=True, null=True, verbose_name="sendt")),
                (
                    "accepted_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="tatt imot"),
                ),
                (
                    "revoked_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="trukket tilbake"),
                ),
                (
                    "accepted_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="accepted_invitations",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "invited_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invitations",
                        to="stakeholders.organisation",
                    ),
                ),
            ],
            options={
                "verbose_name": "invitasjon",
                "verbose_name_plural": "invitasjoner",
            },
        ),
        migrations.CreateModel(
            name="AccessEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "verb",
                    models.CharField(
                        choices=[
                            ("invited", "Invitert"),
                            ("resent", "Invitasjonen er sendt på nytt"),
                            ("revoked", "Invitasjonen er trukket tilbake"),
                            ("accepted", "Tok imot invitasjonen"),
                            ("granted", "Fikk rolle"),
                            ("ended", "Rolle avsluttet"),
                            ("closed", "Kontoen er stengt"),
                            ("reopened", "Kontoen er åpnet igjen"),
                        ],
                        max_length=8,
                        verbose_name="hendelse",
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="når")),
                ("roles", models.JSONField(blank=True, default=list, verbose_name="roller")),
                (
                    "actor",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="access_events",
                        to="stakeholders.organisation",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="access_events",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "invitation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="stakeholders.invitation",
                    ),
                ),
            ],
            options={
                "verbose_name": "tilgangshendelse",
                "verbose_name_plural": "tilgangshendelser",
            },
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("accepted_at", None), ("revoked_at", None)),
                fields=("email", "organisation"),
                name="invitation_open_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(("email", django.db.models.functions.text.Lower("email"))),
                name="invitation_email_in_lower_case",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(("language__in", ("nb", "nn", "en"))),
                name="invitation_language_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(("expires_at__gt", models.F("created_at"))),
                name="invitation_expires_later",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(("roles", []), _negated=True), name="invitation_offers_a_role"
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("accepted_at", None), ("accepted_by", None)),
                    models.Q(
                        ("accepted_at__isnull", False),
                        ("accepted_by__isnull", False),
                        ("revoked_at", None),
                    ),
                    _connector="OR",
                ),
                name="invitation_accepted_by_somebody_or_revoked",
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
                        ],
                    )
                ),
                name="access_event_verb_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="accessevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("person__isnull", False), ("invitation__isnull", False), _connector="OR"
                ),
                name="access_event_is_about_somebody",
            ),
        ),
        migrations.RunPython(create_triggers, drop_triggers),
    ]
