from django.apps import AppConfig
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from jincheng_insurance.access.roles import Act
from jincheng_insurance.web.menu import MenuItem, register


class ClaimsConfig(AppConfig):
    name = "claims"

    def ready(self) -> None:
        from claims import sealed
        from claims.forms.lists import ClaimFilter
        from claims.models import DocumentKind
        from jincheng_insurance.access.sealed_columns import register_sealed
        from jincheng_insurance.audit.names import register_name
        from jincheng_insurance.audit.texts import register_values
        from jincheng_insurance.web.filter_pages import FilterPage, register_filters

        register_sealed(*sealed.SEALED)
        register_name("claims.claim", "number")
        register_name("claims.paymentbatch", "number")
        for fact in ("kind", "missing"):
            register_values(fact, dict(DocumentKind.choices))
        register_values(
            "list", {"payments": _("List of payments"), "posting": _("Public posting of payments")}
        )
        register_values("format", {"docx": "Word", "xlsx": "Excel"})
        from claims import related, workbench
        from enrollment.related import register_related
        from jincheng_insurance.web.workbench import register_figures, register_work

        register_filters(
            FilterPage(
                "claims:list", _("Claims"), Act.VIEW_CLAIM, lambda data, actor: ClaimFilter(data, actor=actor)
            )
        )
        register_work(*workbench.WORK)
        register_related(*related.RELATED)
        register_figures(*workbench.FIGURES)
        register(
            MenuItem(_("Claims"), "claims:list", "file-text", Act.VIEW_CLAIM, order=20, count=waiting_claims),
            MenuItem(_("Report a claim"), "claims:find", "file-plus", Act.HANDLE_CLAIM, order=21),
            MenuItem(_("Payment batches"), "claims:batches", "banknote", Act.VIEW_CLAIM, order=22),
            MenuItem(_("Bulk import"), "claims:imports", "upload", Act.HANDLE_CLAIM, order=23),
        )


def waiting_claims(request: HttpRequest) -> int:
    """The badge: how many claims wait for the signed-in person."""
    from claims.selectors.work import waiting_for
    from jincheng_insurance.access.guards import actor_of

    return waiting_for(actor_of(request))
