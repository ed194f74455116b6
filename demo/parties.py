"""The parties of the demo: insurers, agreements of the current policy year, and users with their grants."""

import datetime

from django.db import transaction

from demo.posts import KEEPERS, give_post
from demo.sign_ins import INSURER_OF, INSURERS, PASSWORD, SIGN_INS
from enrollment.models import Agreement
from enrollment.selectors import current_policy_year
from jincheng_insurance.access.models import Insurer, Region, User


@transaction.atomic
def make_parties() -> dict[str, User]:
    """Insurers, agreements and users; returns the users by user name. Running it again changes nothing."""
    insurers = {
        code: Insurer.objects.get_or_create(code=code, defaults={"name": name})[0] for code, name in INSURERS
    }
    counties = {str(county.code): county for county in Region.objects.filter(level=Region.Level.COUNTY)}
    year = current_policy_year()
    for code, county in counties.items():
        Agreement.objects.get_or_create(
            policy_year=year,
            county=county,
            defaults={
                "insurer": insurers[INSURER_OF[code]],
                "number": f"XY{year.year}{code}",
                "signed_on": datetime.date(year.year, 1, 1),
            },
        )
    users = {}
    for sign_in in sorted(SIGN_INS, key=lambda one: one.username not in KEEPERS):
        user, new = User.objects.get_or_create(
            username=sign_in.username, defaults={"display_name": sign_in.name, "unit": sign_in.unit}
        )
        if new:
            user.set_password(PASSWORD)
            user.save()
            give_post(
                user,
                sign_in.role,
                region=counties[sign_in.county] if sign_in.county else None,
                insurer=insurers[sign_in.insurer] if sign_in.insurer else None,
            )
        users[sign_in.username] = user
    return users
