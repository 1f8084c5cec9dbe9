from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('jobs', '0004_counted'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='job',
            index=models.Index(condition=models.Q(('started_at__isnull', False)), fields=['account', 'lane', 'priority', '-tag'], name='job_last_drawn'),
        ),
    ]
