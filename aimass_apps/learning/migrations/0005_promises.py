from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("training", "0004_split_evaluations"),
    ]

    operations = [
        migrations.RemoveField(
            model_name="trainingrun",
            name="heartbeat_at",
        ),
        migrations.DeleteModel(
            name="Evaluation",
        ),
        migrations.AddIndex(
            model_name="trainingrun",
            index=models.Index(condition=models.Q(("state", "running")), fields=["leased_until"], name="run_expiry"),
        ),
        migrations.AddConstraint(
            model_name="trainingrun",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["waiting", "running", "done", "failed", "stopped"])),
                name="run_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="trainingrun",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at__isnull", True), ("state__in", ("waiting", "running"))),
                    models.Q(
                        models.Q(("state__in", ("waiting", "running")), _negated=True), ("ended_at__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="run_ended_when_over",
            ),
        ),
        migrations.AddConstraint(
            model_name="trainingrun",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("lease__isnull", False), ("leased_until__isnull", False), ("state", "running")),
                    models.Q(
                        models.Q(("state", "running"), _negated=True),
                        ("lease__isnull", True),
                        ("leased_until__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="run_lease_while_running",
            ),
        ),
        migrations.AddConstraint(
            model_name="trainingrun",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ("waiting", "running"))),
                fields=("desk", "kind", "language"),
                name="run_one_open",
            ),
        ),
        migrations.AddIndex(
            model_name="measurement",
            index=models.Index(
                condition=models.Q(("state", "running")), fields=["leased_until"], name="measurement_expiry"
            ),
        ),
        migrations.AddConstraint(
            model_name="measurement",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["waiting", "running", "done", "failed"])),
                name="measurement_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="measurement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "failed"), models.Q(("message", ""), _negated=True)),
                    models.Q(models.Q(("state", "failed"), _negated=True), ("message", "")),
                    _connector="OR",
                ),
                name="measurement_message_when_failed",
            ),
        ),
        migrations.AddConstraint(
            model_name="measurement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("done_at__isnull", True), ("state__in", ("waiting", "running"))),
                    models.Q(
                        models.Q(("state__in", ("waiting", "running")), _negated=True), ("done_at__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="measurement_done_when_over",
            ),
        ),
        migrations.AddConstraint(
            model_name="measurement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("lease__isnull", False), ("leased_until__isnull", False), ("state", "running")),
                    models.Q(
                        models.Q(("state", "running"), _negated=True),
                        ("lease__isnull", True),
                        ("leased_until__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="measurement_lease_while_running",
            ),
        ),
        migrations.AddConstraint(
            model_name="measurement",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ("waiting", "running"))),
                fields=("version",),
                name="measurement_one_open",
            ),
        ),
        migrations.AddIndex(
            model_name="promotion",
            index=models.Index(
                condition=models.Q(("state", "running")), fields=["leased_until"], name="promotion_expiry"
            ),
        ),
        migrations.AddConstraint(
            model_name="promotion",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["waiting", "running", "granted", "refused", "failed", "withdrawn"])),
                name="promotion_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="promotion",
            constraint=models.CheckConstraint(
                condition=models.Q(("stage__in", ["shadow", "canary", "live", "retired"])), name="promotion_stage_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="promotion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("canary_share__gt", 0),
                        ("canary_share__isnull", False),
                        ("canary_share__lt", 1),
                        ("stage", "canary"),
                    ),
                    models.Q(models.Q(("stage", "canary"), _negated=True), ("canary_share__isnull", True)),
                    _connector="OR",
                ),
                name="promotion_canary_share",
            ),
        ),
        migrations.AddConstraint(
            model_name="promotion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("without_evidence", False), models.Q(("reason", ""), _negated=True), _connector="OR"
                ),
                name="promotion_without_evidence_says_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="promotion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at__isnull", True), ("state__in", ("waiting", "running"))),
                    models.Q(
                        models.Q(("state__in", ("waiting", "running")), _negated=True), ("decided_at__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="promotion_decided_when_over",
            ),
        ),
        migrations.AddConstraint(
            model_name="promotion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("lease__isnull", False), ("leased_until__isnull", False), ("state", "running")),
                    models.Q(
                        models.Q(("state", "running"), _negated=True),
                        ("lease__isnull", True),
                        ("leased_until__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="promotion_lease_while_running",
            ),
        ),
        migrations.AddConstraint(
            model_name="promotion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ("waiting", "running"))),
                fields=("desk", "kind", "language"),
                name="promotion_one_open",
            ),
        ),
    ]
