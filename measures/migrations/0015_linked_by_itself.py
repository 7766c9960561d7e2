"""Whether an organisation has itself said which measures meet what it asks for."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("measures", "0014_comments_stand"),
    ]

    operations = [
        migrations.AddField(
            model_name="ask",
            name="linked_by_itself",
            field=models.BooleanField(
                default=False, editable=False, verbose_name="koblet av organisasjonen selv"
            ),
        ),
    ]
