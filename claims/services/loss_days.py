"""Keeping the loss ledger's sums by day short, and proving them: the database itself adds to them with each entry."""

from django.db import connection, connections, transaction


@transaction.atomic(durable=True)
def fold_loss_days() -> int:
    """Fold the rows added since the last time into one for each agreement, day, coverage and kind; the number folded.
    No sum changes by it, no writer waits for it, and two at once do it once."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT claims_fold_loss_days()")
        (folded,) = cursor.fetchone()
    return int(folded)


def rebuild_loss_days(*, database: str) -> int:
    """Compare the sums with the ledger, and write them anew where they differ; the number of keys that did. `database`
    is the alias that signs in as the owner of the tables. The ledger takes no entry meanwhile."""
    with transaction.atomic(using=database, durable=True), connections[database].cursor() as cursor:
        cursor.execute("SELECT claims_rebuild_loss_days()")
        (wrong,) = cursor.fetchone()
    return int(wrong)
