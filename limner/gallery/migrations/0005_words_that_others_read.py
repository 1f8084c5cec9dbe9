"""What is public says whether its prompt may be found by others: a word more for those whose prompt is shown."""

from django.db import migrations

from limner.gallery import search, words

BATCH = 1000


def say_so(apps, schema_editor):
    connection = schema_editor.connection
    public = apps.get_model("gallery", "Picture").objects.filter(public=True, trashed_at=None).order_by("pk")
    with connection.cursor() as cursor:
        last = 0
        while batch := list(public.filter(pk__gt=last)[:BATCH]):
            search.write(cursor, connection.vendor, [(row.pk, words.of_picture(row)) for row in batch])
            last = batch[-1].pk


class Migration(migrations.Migration):
    dependencies = [("gallery", "0004_words")]
    operations = [migrations.RunPython(say_so, migrations.RunPython.noop)]
