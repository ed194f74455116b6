"""A workbook of allocations and payments on its way into the fund ledger (R15, R16): checked by booking it and taking
that back, so that the preview says exactly what booking does; then booked by the same steps as single entry.

Such a workbook has tens of rows, so it is checked while its sender waits, without the staging table and the worker of
the long imports."""

import hashlib
import tempfile
from contextlib import ExitStack
from operator import attrgetter
from typing import IO, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from enrollment.models import Agreement
from enrollment.roster.columns import REASONS_TITLES
from enrollment.services.enrolment import locked_agreement
from jincheng_insurance.access.models import Region, User
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.scope import require
from jincheng_insurance.access.sealed_files import opened_sealed, remove_sealed, store_sealed
from jincheng_insurance.audit.services import record
from jincheng_insurance.sheets.annotated import Copy, Note, Words, write_annotated
from jincheng_insurance.sheets.problems import SheetError
from jincheng_insurance.sheets.reading import MAX_FILE, read_rows, suffix_of
from jincheng_insurance.web.formats import yuan
from premiums.bulk.columns import TEXT_FIELDS, layout_of
from premiums.bulk.reading import Line, read_lines
from premiums.bulk.texts import text_of
from premiums.models import ACT_OF_SIDE, FundEntry, FundImport, Side
from premiums.models.imports import rejects
from premiums.selectors.fund import account_of
from premiums.selectors.fund_imports import payers_act
from premiums.services.funds import book_movement, movement_faults

NOT_KEPT = _("The uploaded file is no longer kept. Upload it again.")
KEY = ("year", "county", "side", "kind", "amount", "on", "document")


class _Overtaken(Exception):
    """The lines that can be booked are no longer those of the preview."""


def upload_funds(*, data: bytes, file_name: str, actor: User) -> FundImport:
    """Keep a workbook of allocations and payments, encrypted, with what becomes of each row; nothing is booked yet.
    Refused when it can't be read."""
    county = _county_of(actor)
    if not data:
        raise Refused(_("The file is empty. Choose the workbook again."), field="file")
    if len(data) > MAX_FILE:
        raise Refused(
            _("The file is larger than %(most)d MB. Split it by county or township."),
            field="file",
            most=MAX_FILE // 2**20,
        )
    stored_as = store_sealed(data)
    try:
        lines = _lines(stored_as, file_name)
        if not lines:
            raise Refused(_("The workbook has no row to book. Fill it in and upload it again."), field="file")
        return _keep(
            FundImport(
                county=county,
                file_name=file_name[-255:],
                sha256=hashlib.sha256(data).hexdigest(),
                stored_as=stored_as,
                uploaded_by=actor,
            ),
            lines,
            actor,
        )
    except BaseException:
        remove_sealed(stored_as)
        raise


@transaction.atomic(durable=True)
def _keep(fund_import: FundImport, lines: list[Line], actor: User) -> FundImport:
    fund_import.lines = _checked(lines, actor)
    fund_import.save()
    record("upload_funds", actor=actor, on=fund_import, facts={"rows": len(lines)})
    return fund_import


def book_import(*, fund_import: FundImport, actor: User) -> bool:
    """Book every row without a problem, all or none. False, with nothing booked and the rows checked anew, when what
    can be booked is no longer what the preview said. A workbook that is booked stays as it is; refused for one that was
    given up."""
    lines = _lines(fund_import.stored_as, fund_import.file_name)
    with transaction.atomic(durable=True):
        locked = FundImport.objects.select_for_update(of=("self",)).get(pk=fund_import.pk)
        require_payer(actor, locked)
        if locked.booked_at is not None:
            return True
        if locked.cancelled_at is not None:
            raise Refused(_("This import was cancelled. Upload the workbook again."))
        if not locked.good:
            raise Refused(_("No row of this file can be booked. Correct the file and upload it again."))
        try:
            with transaction.atomic():
                booked = _booked(lines, actor)
                if _good_rows(booked) != _good_rows(locked.lines):
                    raise _Overtaken
        except _Overtaken:
            locked.lines = _checked(_lines(locked.stored_as, locked.file_name), actor)
            locked.save()
            return False
        locked.lines, locked.booked_by, locked.booked_at = booked, actor, timezone.now()
        locked.save()
        record("book_fund_import", actor=actor, on=locked, facts={"rows": locked.good})
    return True


@transaction.atomic(durable=True)
def cancel_import(*, fund_import: FundImport, actor: User) -> None:
    """Give a workbook up before it is booked; again it changes nothing. Refused once it is booked."""
    locked = FundImport.objects.select_for_update(of=("self",)).get(pk=fund_import.pk)
    require_payer(actor, locked)
    if locked.booked_at is not None:
        raise Refused(_("This import is booked. Reverse its entries in the ledger instead."))
    if locked.cancelled_at is not None:
        return
    locked.cancelled_by, locked.cancelled_at = actor, timezone.now()
    locked.save()
    record("cancel_fund_import", actor=actor, on=locked, facts={"rows": len(locked.lines)})


def annotated_copy(*, fund_import: FundImport, actor: User) -> IO[bytes]:
    """The workbook as .xlsx with its problems marked, in the language of the actor, as a temporary file that is gone
    when closed; on record."""
    with transaction.atomic(durable=True):
        require_payer(actor, fund_import)
        record("download_annotated_copy", actor=actor, on=fund_import, facts={"rows": fund_import.bad})
    notes = {
        (line["sheet"], line["row"]): [
            Note(problem["column"], problem["severity"], text_of(problem["code"], problem["params"]))
            for problem in line["problems"]
        ]
        for line in fund_import.lines
        if line["problems"]
    }
    copy = Copy(layout_of, TEXT_FIELDS, REASONS_TITLES)
    words = Words(gettext("What is wrong"), gettext("Check of allocations and payments"))
    with ExitStack() as stack:
        out = stack.enter_context(tempfile.TemporaryFile())
        try:
            with opened_sealed(fund_import.stored_as, suffix=suffix_of(fund_import.file_name)) as path:
                write_annotated(path, out, notes=notes, copy=copy, words=words)
        except FileNotFoundError as error:
            raise Refused(NOT_KEPT) from error
        except SheetError as error:
            raise Refused(str(error)) from error
        out.seek(0)
        stack.pop_all()
    return out


def require_payer(actor: User, fund_import: FundImport) -> None:
    """PermissionDenied unless the actor pays for the side whose finance uploaded the workbook."""
    require(actor, payers_act(fund_import), fund_import)


def _county_of(actor: User) -> Region | None:
    """The county whose finance the actor is; None for the city's."""
    if actor.can(ACT_OF_SIDE[Side.CITY]):
        return None
    require(actor, ACT_OF_SIDE[Side.COUNTY])
    counties = {grant.region for grant in actor.grants_for(ACT_OF_SIDE[Side.COUNTY])}
    if len(counties) != 1:
        raise Refused(_("You pay for more than one county. Sign in as one who pays for one of them."))
    return counties.pop()


def _lines(stored_as: str, file_name: str) -> list[Line]:
    try:
        with opened_sealed(stored_as, suffix=suffix_of(file_name)) as path, read_rows(path) as rows:
            return read_lines(rows)
    except FileNotFoundError as error:
        raise Refused(NOT_KEPT) from error
    except SheetError as error:
        raise Refused(str(error), field="file") from error


def _checked(lines: list[Line], actor: User) -> list[dict[str, Any]]:
    """What becomes of each line, found out by booking them all and taking that back."""
    with transaction.atomic():
        checked = _booked(lines, actor)
        transaction.set_rollback(True)
    return [line | {"entry": None} for line in checked]


def _booked(lines: list[Line], actor: User) -> list[dict[str, Any]]:
    """Book each line without a problem, in their order, agreements locked first and in one order, as everywhere."""
    pool: dict[tuple[int, str], Agreement] = {}
    for one in Agreement.objects.visible_to(actor).select_related("county"):
        for name in (one.county.name, str(one.county.code)):
            pool[one.policy_year_id, name] = one
    named = [pool.get((line.values.get("year", 0), line.values.get("county", ""))) for line in lines]
    within = {name for _year, name in pool}
    for one in sorted({one for one in named if one is not None}, key=attrgetter("pk")):
        locked_agreement(one)
    first: dict[tuple[Any, ...], Line] = {}
    for line, agreement in zip(lines, named, strict=True):
        _judge(line, agreement, within, first, actor)
        if agreement is not None and not line.rejected:
            _book(line, agreement, actor)
    return [line.as_json() for line in lines]


def _judge(
    line: Line, agreement: Agreement | None, within: set[str], first: dict[tuple[Any, ...], Line], actor: User
) -> None:
    """Every fault of a line that shows without booking it, beside those of its cells."""
    values = line.values
    year, county, side = (values.get(name) for name in ("year", "county", "side"))
    if agreement is None and county and year:
        line.refuse("county", "no_agreement", year=year)
    elif county and county not in within:
        line.refuse("county", "county_unknown")
    if side and not actor.can(ACT_OF_SIDE[side], on=agreement):
        line.refuse("side", "not_your_side")
    facts = {name: values.get(name) for name in ("document", "amount", "on")}
    for fault in movement_faults(agreement=agreement, **facts):
        line.refuse_by(fault)
    key = tuple(values.get(name) for name in KEY)
    if None in key:
        return
    before = first.get(key)
    if before is not None:
        line.refuse("document", "twice", sheet=before.sheet, row=before.row)
    elif not line.rejected:
        first[key] = line


def _book(line: Line, agreement: Agreement, actor: User) -> None:
    """Book a line. More than is due is allocated all the same, with a warning; it is paid only where the line says that
    it is meant (R16)."""
    values = line.values
    allocates = values["kind"] == FundEntry.Kind.ALLOCATED
    beyond = values["amount"] - account_of(agreement, values["side"]).to_allocate if allocates else 0
    try:
        with transaction.atomic():
            entry = book_movement(
                agreement,
                values["kind"],
                side=values["side"],
                amount=values["amount"],
                on=values["on"],
                document=values["document"],
                beyond_due=allocates or bool(values.get("beyond_due")),
                actor=actor,
            )
    except Refused as refusal:
        line.refuse_by(refusal)
        return
    line.entry = entry.pk
    if beyond > 0:
        line.warn("amount", "allocated_beyond", beyond=yuan(beyond))


def _good_rows(lines: list[dict[str, Any]]) -> list[tuple[str, int, list[str]]]:
    """The rows that can be booked, each with what it is warned of."""
    return [
        (line["sheet"], line["row"], [problem["code"] for problem in line["problems"]])
        for line in lines
        if not rejects(line)
    ]
