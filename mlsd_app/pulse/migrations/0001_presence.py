from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("designs", "0003_waivers"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Presence",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("tab", models.CharField(max_length=40)),
                ("stage", models.CharField(blank=True, max_length=20)),
                (
                    "doing",
                    models.CharField(
                        choices=[("editing", "Editing"), ("reading", "Reading"), ("idle", "Idle")],
                        max_length=10,
                    ),
                ),
                ("seen_at", models.DateTimeField()),
                (
                    "design",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="designs.design",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("design", "user", "tab"), name="one_presence_a_tab"
                    )
                ],
            },
        ),
    ]
