"""Keeping the counts of insured households and of changes short, and proving the former: the database itself keeps
them."""

from django.db import connection, connections, transaction

from enrollment.models import KeptFigures


@transaction.atomic(durable=True)
def fold_counts() -> int:
    """Fold the rows added since the last time into one for each key; the number folded. No count changes by it, no
    writer waits for it, and two at once do it once."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT enrollment_fold_counts() + enrollment_fold_changes()")
        (folded,) = cursor.fetchone()
    return int(folded)


def rebuild_counts(*, database: str) -> int:
    """Count anew, and write the counts anew where they differ; the number of keys that did. Kept figures are forgotten.
    `database` is the alias that signs in as the owner of the tables. Nothing that is counted changes meanwhile."""
    with transaction.atomic(using=database, durable=True), connections[database].cursor() as cursor:
        cursor.execute("SELECT enrollment_rebuild_counts()")
        (wrong,) = cursor.fetchone()
        KeptFigures.objects.using(database).all().delete()
    return int(wrong)
