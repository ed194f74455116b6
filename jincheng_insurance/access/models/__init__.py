"""Places, parties and people: regions, insurers, users, and the grants that say who holds which post where."""

from jincheng_insurance.access.key_marks import KeyMark
from jincheng_insurance.access.models.grant import Grant
from jincheng_insurance.access.models.place import Insurer, Region
from jincheng_insurance.access.models.second_factor import RecoveryCode, SecondFactor
from jincheng_insurance.access.models.session import UserSession
from jincheng_insurance.access.models.token import ApiToken
from jincheng_insurance.access.models.user import FormerPassword, User
from jincheng_insurance.access.scope import Scope, ScopedManager
from jincheng_insurance.audit.history import history_of

# Who may do what is tracked as it was; passwords and tokens' digests are not.
HISTORIES = (
    history_of(User, without=("last_login",)),
    history_of(Grant),
    history_of(ApiToken, without=("last_used_at",)),
)

__all__ = [
    "HISTORIES",
    "ApiToken",
    "FormerPassword",
    "Grant",
    "Insurer",
    "KeyMark",
    "RecoveryCode",
    "Region",
    "Scope",
    "ScopedManager",
    "SecondFactor",
    "User",
    "UserSession",
]
