"""The index of words, and the words of every picture that is there."""

from django.db import migrations

from limner.gallery import search, words

BATCH = 1000


def make(apps, schema_editor):
    connection = schema_editor.connection
    Picture = apps.get_model("gallery", "Picture")
    found = Picture.objects.order_by("pk").only(
        "pk", "account_id", "public", "trashed_at", "model", "style", "width", "height", "parameters", "prompt",
        "shows_prompt",
    )
    with connection.cursor() as cursor:
        search.make_table(cursor, connection.vendor)
        last = 0
        while batch := list(found.filter(pk__gt=last)[:BATCH]):
            search.write(cursor, connection.vendor, [(row.pk, words.of_picture(row)) for row in batch])
            last = batch[-1].pk


def unmake(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute("DROP TRIGGER IF EXISTS gallery_words_go")
    schema_editor.execute("DROP TABLE IF EXISTS gallery_words")


class Migration(migrations.Migration):
    dependencies = [("gallery", "0003_counted")]
    operations = [migrations.RunPython(make, unmake)]
