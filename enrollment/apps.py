from django.apps import AppConfig
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from jincheng_insurance.access.roles import Act
from jincheng_insurance.web.menu import MenuItem, register


class EnrollmentConfig(AppConfig):
    name = "enrollment"

    def ready(self) -> None:
        from enrollment import filters, sealed
        from enrollment.exports import EXPORTS
        from jincheng_insurance.access.sealed_columns import register_indexed, register_sealed
        from jincheng_insurance.audit.names import register_name
        from jincheng_insurance.sheets.exports import register_export
        from jincheng_insurance.web.filter_pages import register_filters

        register_export(*EXPORTS)
        register_sealed(*sealed.SEALED)
        for model, lookup in (
            ("agreement", "number"),
            ("rosterhousehold", "code"),
            ("rosterperson", "code"),
            ("insuredhousehold", "roster_household__code"),
            ("insuredperson", "roster_person__code"),
        ):
            register_name(f"enrollment.{model}", lookup)
        register_indexed(*sealed.INDEXED, finish=sealed.check_imports_anew)
        from enrollment import workbench
        from enrollment.selectors import counties_of_work
        from jincheng_insurance.web.workbench import register_figures, register_work
        from jincheng_insurance.web.workplace import register_counties

        register_counties(counties_of_work)
        register_filters(*filters.PAGES)
        register_work(*workbench.WORK)
        register_figures(*workbench.FIGURES)
        register(
            MenuItem(_("Roster imports"), "roster:imports", "upload", Act.IMPORT_ROSTER, order=30),
            MenuItem(_("Roster"), "roster:households", "clipboard-list", Act.VIEW_ROSTER, order=31),
            MenuItem(_("Enrolment"), "enrollment:status", "user-check", Act.VIEW_INSURED, order=40),
            MenuItem(_("Insured households"), "enrollment:insured", "users", Act.VIEW_INSURED, order=41),
            MenuItem(
                _("Payee accounts"),
                "enrollment:accounts",
                "credit-card",
                Act.CONFIRM_ACCOUNT,
                order=42,
                count=accounts_to_decide,
            ),
            MenuItem(_("The scheme"), "enrollment:scheme", "book-open", Act.VIEW_SCHEME, order=90),
        )


def accounts_to_decide(request: HttpRequest) -> int:
    """The badge: how many proposed payee accounts wait for the signed-in person."""
    from enrollment.selectors.work import accounts_to_decide as waiting
    from jincheng_insurance.access.guards import actor_of

    return waiting(actor_of(request)).count()
