from django.db import migrations


class Migration(migrations.Migration):
    """Text and facts of a visit are only ever stored sealed. The promise stands on the platform's table."""

    dependencies = [("triage", "0002_assessing_again"), ("submissions", "0003_desks_and_kinds")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE submissions_submission ADD CONSTRAINT triage_texts_sealed"
            " CHECK (desk <> 'triage' OR (text = '' AND sealed_text IS NOT NULL))",
            "ALTER TABLE submissions_submission DROP CONSTRAINT triage_texts_sealed",
        )
    ]
