from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

import mlsd_app.designs.canonical


class Migration(migrations.Migration):
    dependencies = [
        ("exports", "0001_initial"),
        ("review", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="export",
            name="kind",
            field=models.CharField(
                choices=[("report", "Report"), ("response", "Response to reviewers")],
                default="report",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="export",
            name="talk",
            field=models.CharField(
                choices=[("none", "None"), ("open", "Open threads"), ("all", "All threads")],
                default="none",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="export",
            name="round",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="review.round",
            ),
        ),
        migrations.AddField(
            model_name="export",
            name="said",
            field=mlsd_app.designs.canonical.CompressedJSONField(default=dict),
        ),
    ]
