"""What earlier jobs would have said of themselves: their model, how many pictures they kept, what was taken."""

from django.db import migrations
from django.db.models import Count, OuterRef, Subquery
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce, Substr


def count(apps, schema_editor):
    Job = apps.get_model("jobs", "Job")
    Picture = apps.get_model("gallery", "Picture")
    CreditEntry = apps.get_model("accounts", "CreditEntry")
    kept = Picture.objects.order_by().filter(job=OuterRef("public_id")).values("job").annotate(n=Count("pk"))
    taken = CreditEntry.objects.filter(job=OuterRef("public_id"), kind="capture").values("amount")
    Job.objects.update(
        model=Coalesce(Substr(KT("request__model"), 1, 120), "lane"),
        kept=Coalesce(Subquery(kept.values("n")), 0),
        captured=Coalesce(Subquery(taken[:1]), 0),
    )


class Migration(migrations.Migration):
    dependencies = [("jobs", "0003_keys_and_models"), ("gallery", "0003_counted")]
    operations = [migrations.RunPython(count, migrations.RunPython.noop)]
