import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("registry", "0002_rolled_back"),
        ("training", "0002_evaluation"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Measurement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("lease", models.UUIDField(null=True)),
                ("leased_until", models.DateTimeField(null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("running", "Running"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("metrics", models.JSONField(default=dict)),
                ("message", models.CharField(blank=True, max_length=300)),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("done_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ["-at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="Promotion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("lease", models.UUIDField(null=True)),
                ("leased_until", models.DateTimeField(null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("desk", models.CharField(choices=[("moderation", "Moderation"), ("triage", "Triage")], max_length=12)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("keywords", "Keyword lists"),
                            ("svm", "SVM"),
                            ("bert", "BERT"),
                            ("bayes", "Naive Bayes"),
                            ("llm", "Large language model"),
                            ("ensemble", "Ensemble"),
                        ],
                        max_length=12,
                    ),
                ),
                ("language", models.CharField(max_length=8)),
                (
                    "stage",
                    models.CharField(
                        choices=[
                            ("candidate", "Candidate"),
                            ("shadow", "Shadow"),
                            ("canary", "Canary"),
                            ("live", "Live"),
                            ("retired", "Retired"),
                        ],
                        max_length=12,
                    ),
                ),
                ("canary_share", models.FloatField(null=True)),
                ("reason", models.CharField(blank=True, max_length=500)),
                ("without_evidence", models.BooleanField(default=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Asked"),
                            ("running", "Being judged"),
                            ("granted", "Granted"),
                            ("refused", "Refused"),
                            ("failed", "Not judged"),
                            ("withdrawn", "Withdrawn"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("gates", models.JSONField(default=list)),
                ("message", models.CharField(blank=True, max_length=300)),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ("decided_at", models.DateTimeField(null=True)),
            ],
            options={
                "ordering": ["-at", "-id"],
            },
        ),
        migrations.AddField(
            model_name="trainingrun",
            name="attempts",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="trainingrun",
            name="lease",
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name="trainingrun",
            name="leased_until",
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name="dataset",
            name="seed",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AlterField(
            model_name="trainingrun",
            name="state",
            field=models.CharField(
                choices=[
                    ("waiting", "Waiting"),
                    ("running", "Running"),
                    ("done", "Done"),
                    ("failed", "Failed"),
                    ("stopped", "Stopped"),
                ],
                default="waiting",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="measurement",
            name="against",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="registry.modelversion"
            ),
        ),
        migrations.AddField(
            model_name="measurement",
            name="by",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="measurement",
            name="dataset",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="measurements",
                to="training.dataset",
            ),
        ),
        migrations.AddField(
            model_name="measurement",
            name="version",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="measurements", to="registry.modelversion"
            ),
        ),
        migrations.AddField(
            model_name="promotion",
            name="by",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="promotion",
            name="measurement",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="promotions",
                to="training.measurement",
            ),
        ),
        migrations.AddField(
            model_name="promotion",
            name="version",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="promotions", to="registry.modelversion"
            ),
        ),
    ]
