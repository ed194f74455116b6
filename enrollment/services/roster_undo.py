"""Taking an applied import back whole, as long as nothing was built on it."""

from dataclasses import dataclass

from django.db import IntegrityError, connection, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from enrollment.models import InsuredHousehold, RosterImport
from enrollment.services.roster import LANE
from jincheng_insurance.access.models import User
from jincheng_insurance.access.refusals import Refused
from jincheng_insurance.access.roles import Act
from jincheng_insurance.access.scope import require
from jincheng_insurance.audit.services import record

# The households that an import added, or changed in some cell or member.
TOUCHED = """
SELECT id FROM enrollment_rosterhousehold WHERE listed_by_id = %(id)s
UNION SELECT household_id FROM enrollment_rosterperson WHERE listed_by_id = %(id)s
UNION SELECT household_key FROM enrollment_rosterchange WHERE roster_import_id = %(id)s
"""
HOLD = f"SELECT id FROM enrollment_rosterhousehold WHERE id IN ({TOUCHED}) ORDER BY id FOR UPDATE"
INSURED = f"""
SELECT i.id FROM enrollment_insuredhousehold i
WHERE i.roster_household_id IN ({TOUCHED})
  AND (i.enrolled_at >= (SELECT applied_at FROM enrollment_rosterimport WHERE id = %(id)s)
    OR EXISTS (SELECT FROM enrollment_insuredperson m JOIN enrollment_rosterperson p ON p.id = m.roster_person_id
        WHERE m.insured_household_id = i.id AND p.listed_by_id = %(id)s))
"""
LATER = f"""
SELECT other.id FROM enrollment_rosterimport me
JOIN enrollment_rosterimport other
    ON other.state = 'applied' AND other.applied_at >= me.applied_at AND other.id <> me.id
WHERE me.id = %(id)s AND (
    EXISTS (SELECT FROM enrollment_rosterrow s
        WHERE s.roster_import_id = other.id AND s.household_key IN ({TOUCHED}))
    OR EXISTS (SELECT FROM enrollment_rosterchange c
        WHERE c.roster_import_id = other.id AND c.household_key IN ({TOUCHED})))
ORDER BY other.id
"""
PARTICIPATION = f"""
SELECT count(DISTINCT c.person_key) FROM enrollment_rosterchange c
JOIN enrollment_participationimport other ON other.id = c.participation_import_id
WHERE other.applied_at >= (SELECT applied_at FROM enrollment_rosterimport WHERE id = %(id)s)
  AND c.household_key IN ({TOUCHED})
"""

OLD_CELLS = """
SELECT household_key, person_key, jsonb_object_agg(field, old) AS old, count(*) FILTER (WHERE field = 'telephone') > 0
        AS telephone, (array_agg(old_sealed) FILTER (WHERE field = 'telephone'))[1] AS old_telephone
FROM enrollment_rosterchange WHERE roster_import_id = %(id)s GROUP BY household_key, person_key
"""
HOUSEHOLDS_BACK = f"""
UPDATE enrollment_rosterhousehold h SET
    category = CASE WHEN c.old ? 'category' THEN c.old->>'category' ELSE h.category END,
    monitored_kind = CASE WHEN c.old ? 'monitored_kind' THEN c.old->>'monitored_kind' ELSE h.monitored_kind END,
    listed_on = CASE WHEN c.old ? 'listed_on' THEN (c.old->>'listed_on')::date ELSE h.listed_on END,
    risk_removed = CASE WHEN c.old ? 'risk_removed' THEN (c.old->>'risk_removed')::boolean ELSE h.risk_removed END,
    risk_removed_on = CASE WHEN c.old ? 'risk_removed_on' THEN (c.old->>'risk_removed_on')::date
        ELSE h.risk_removed_on END,
    township_id = t.id, village_id = v.id,
    telephone_sealed = CASE WHEN c.telephone THEN c.old_telephone ELSE h.telephone_sealed END,
    gone_since = CASE WHEN c.old ? 'gone_since' THEN (c.old->>'gone_since')::timestamptz ELSE h.gone_since END
FROM ({OLD_CELLS}) c
JOIN enrollment_rosterhousehold now ON now.id = c.household_key
LEFT JOIN access_region own_t ON own_t.id = now.township_id
LEFT JOIN access_region own_v ON own_v.id = now.village_id
LEFT JOIN access_region t ON t.parent_id = now.county_id
    AND t.name = CASE WHEN c.old ? 'township' THEN c.old->>'township' ELSE own_t.name END
LEFT JOIN access_region v ON v.parent_id = t.id
    AND v.name = CASE WHEN c.old ? 'village' THEN c.old->>'village' ELSE own_v.name END
WHERE c.person_key IS NULL AND h.id = c.household_key
"""
PERSONS_BACK = f"""
UPDATE enrollment_rosterperson p SET
    name = CASE WHEN c.old ? 'name' THEN c.old->>'name' ELSE p.name END,
    code = CASE WHEN c.old ? 'code' THEN c.old->>'code' ELSE p.code END,
    relation = CASE WHEN c.old ? 'relation' THEN c.old->>'relation' ELSE p.relation END,
    basic_insurance = CASE WHEN c.old ? 'basic_insurance' THEN c.old->>'basic_insurance' ELSE p.basic_insurance END,
    telephone_sealed = CASE WHEN c.telephone THEN c.old_telephone ELSE p.telephone_sealed END,
    gone_since = CASE WHEN c.old ? 'gone_since' THEN (c.old->>'gone_since')::timestamptz ELSE p.gone_since END,
    number_pending = c.old ? 'number_pending',
    id_number_sealed = CASE WHEN c.old ? 'number_pending' THEN NULL ELSE p.id_number_sealed END,
    id_number_index = CASE WHEN c.old ? 'number_pending' THEN NULL ELSE p.id_number_index END,
    seen_in_id = CASE WHEN c.old ? 'number_pending' THEN NULL ELSE p.seen_in_id END
FROM ({OLD_CELLS}) c
WHERE p.id = c.person_key
"""
ADDED_AWAY = (
    "DELETE FROM enrollment_rosterperson WHERE listed_by_id = %(id)s",
    "DELETE FROM enrollment_rosterhousehold WHERE listed_by_id = %(id)s",
)

# Of the places that the import made those where nobody stands any more, unless another import that may be undone has
# moved somebody away from there.
USED = """
EXISTS (SELECT FROM enrollment_rosterhousehold h WHERE h.{field}_id = r.id)
OR EXISTS (SELECT FROM enrollment_rosterchange c
    JOIN enrollment_rosterimport other ON other.id = c.roster_import_id AND other.state = 'applied'
    WHERE other.id <> %(id)s AND c.field = '{field}' AND c.old = r.name AND c.county_id = {county})
"""
PLACES_AWAY = tuple(
    f"""
WITH away AS (
    DELETE FROM access_region r USING access_region above
    WHERE above.id = r.parent_id AND r.level = '{field}' AND r.code IS NULL
      AND r.id IN (SELECT region_id FROM enrollment_rosterplace WHERE roster_import_id = %(id)s)
      AND NOT EXISTS (SELECT FROM access_region below WHERE below.parent_id = r.id)
      AND NOT ({USED.format(field=field, county=county)})
    RETURNING r.id)
DELETE FROM enrollment_rosterplace p USING away WHERE p.region_id = away.id
"""
    for field, county in (("village", "above.parent_id"), ("township", "above.id"))
)


@dataclass(frozen=True, slots=True)
class BuiltOn:
    """What stands on an applied import: insured households, later imports of the same households, and persons whose
    participation was taken over since."""

    insured: tuple[int, ...]
    imports: tuple[int, ...]
    participation: int

    def __bool__(self) -> bool:
        return bool(self.insured or self.imports or self.participation)


def built_on(import_id: int) -> BuiltOn:
    """What has to go first before an applied import can be undone."""
    mine = {"id": import_id}
    with connection.cursor() as cursor:
        cursor.execute(INSURED, mine)
        insured = tuple(key for (key,) in cursor.fetchall())
        cursor.execute(LATER, mine)
        imports = tuple(key for (key,) in cursor.fetchall())
        cursor.execute(PARTICIPATION, mine)
        (participation,) = cursor.fetchone()
    return BuiltOn(insured, imports, participation)


@transaction.atomic(durable=True)
def undo_import(*, roster_import: RosterImport, reason: str, actor: User) -> None:
    """Take an applied import back: what it added goes, what it changed or flagged as gone is as before. Refused when
    something was built on it, and says what."""
    require(actor, Act.IMPORT_ROSTER, roster_import)
    LANE.take_turn()
    locked = RosterImport.objects.select_for_update(of=("self",)).get(pk=roster_import.pk)
    require(actor, Act.IMPORT_ROSTER, locked)
    if locked.state == RosterImport.State.UNDONE:
        return
    if locked.state != RosterImport.State.APPLIED:
        raise Refused(_("Only an applied import can be undone."))
    if not reason.strip():
        raise Refused(_("Say why the import is undone."), field="reason")
    # Nobody is enrolled from these households until the end, so that what is looked at now stays true.
    with connection.cursor() as cursor:
        cursor.execute(HOLD, {"id": locked.pk})
    _refuse_if_built_on(built_on(locked.pk))
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            for statement in (HOUSEHOLDS_BACK, PERSONS_BACK, *ADDED_AWAY, *PLACES_AWAY):
                cursor.execute(statement, {"id": locked.pk})
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    except IntegrityError as error:
        raise Refused(
            _("Something was recorded for households of this import; it can't be undone.")
        ) from error
    RosterImport.objects.filter(pk=locked.pk).update(
        state=RosterImport.State.UNDONE, undone_by=actor, undone_at=Now(), heartbeat_at=Now()
    )
    record(
        "undo_roster_import",
        actor=actor,
        on=locked,
        facts={"households": locked.new_households, "persons": locked.new_persons},
        reason=reason,
    )


def _refuse_if_built_on(built: BuiltOn) -> None:
    if built.insured:
        persons = InsuredHousehold.objects.filter(pk__in=built.insured).count()
        raise Refused(
            _("%(households)d households of this import are insured already; it can't be undone."),
            households=persons,
        )
    if built.imports:
        raise Refused(
            _("%(imports)d later imports list the same households. Undo the latest one first."),
            imports=len(built.imports),
        )
    if built.participation:
        raise Refused(
            _("The participation of %(persons)d persons was taken over since; the import can't be undone."),
            persons=built.participation,
        )
