from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("recommendations", "0002_row_security"),
    ]

    operations = [
        migrations.AlterField(
            model_name="notification",
            name="kind",
            field=models.CharField(
                choices=[
                    ("source", "Source"),
                    ("job", "Background work"),
                    ("recommendation", "Recommendation"),
                    ("trading", "Trading"),
                ],
                max_length=14,
            ),
        ),
    ]
