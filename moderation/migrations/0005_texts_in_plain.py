from django.db import migrations


class Migration(migrations.Migration):
    """This desk keeps its texts in plain: moderators search them. The promise stands on the platform's table."""

    dependencies = [("moderation", "0004_automatic_figures"), ("submissions", "0003_desks_and_kinds")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE submissions_submission ADD CONSTRAINT moderation_texts_in_plain"
            " CHECK (desk <> 'moderation' OR (sealed_text IS NULL AND sealed_facts IS NULL))",
            "ALTER TABLE submissions_submission DROP CONSTRAINT moderation_texts_in_plain",
        )
    ]
