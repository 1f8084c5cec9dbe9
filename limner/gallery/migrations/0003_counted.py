"""What earlier pictures would have counted: bytes of their accounts, a place in the shuffle, when they were shown."""

import secrets

from django.db import migrations
from django.db.models import F, Sum

BATCH = 1000


def count(apps, schema_editor):
    Account = apps.get_model("accounts", "Account")
    Picture = apps.get_model("gallery", "Picture")
    Upload = apps.get_model("gallery", "Upload")
    for rows in (Picture, Upload):
        for sums in rows.objects.order_by().values("account").annotate(bytes=Sum("bytes")).iterator():
            Account.objects.filter(pk=sums["account"]).update(bytes_kept=F("bytes_kept") + sums["bytes"])
    Picture.objects.filter(public=True).update(published_at=F("created_at"))
    found = Picture.objects.order_by("pk").only("pk")
    last = 0
    while batch := list(found.filter(pk__gt=last)[:BATCH]):
        for picture in batch:
            picture.shuffle = secrets.randbelow(2**31)
        Picture.objects.bulk_update(batch, ["shuffle"])
        last = batch[-1].pk


class Migration(migrations.Migration):
    dependencies = [("gallery", "0002_public_and_liked"), ("accounts", "0004_plans_and_people")]
    operations = [migrations.RunPython(count, migrations.RunPython.noop)]
