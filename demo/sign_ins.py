"""The people of the demo: one or more for every role, all with the same password."""

from dataclasses import dataclass

from jincheng_insurance.access.roles import Role

PASSWORD = "Taihang-Shan-2026"  # known to all, so load_demo refuses production


@dataclass(frozen=True, slots=True)
class SignIn:
    """A user of the demo: the role, and the county code or insurer it holds for."""

    username: str
    name: str
    unit: str
    role: Role
    county: str | None = None
    insurer: str | None = None


INSURERS = (
    ("TH", "太行财产保险晋城支公司"),
    ("DH", "丹河财产保险晋城支公司"),
    ("QH", "沁河财产保险晋城支公司"),
)
INSURER_OF = {"140502": "TH", "140524": "TH", "140521": "DH", "140522": "DH", "140525": "QH", "140581": "QH"}

SIGN_INS = (
    SignIn("city", "赵明远", "晋城市乡村振兴中心", Role.CITY_OFFICER),
    SignIn("cityfinance", "钱思齐", "晋城市财政局", Role.CITY_FINANCE),
    SignIn("lingchuan", "孙佳禾", "陵川县乡村振兴中心", Role.COUNTY_OFFICER, county="140524"),
    SignIn("lingchuan2", "何静姝", "陵川县乡村振兴中心", Role.COUNTY_OFFICER, county="140524"),
    SignIn("lingchuanfinance", "李文渊", "陵川县财政局", Role.COUNTY_FINANCE, county="140524"),
    SignIn("gaoping", "周雨桐", "高平市乡村振兴中心", Role.COUNTY_OFFICER, county="140581"),
    SignIn("gaopingfinance", "许知行", "高平市财政局", Role.COUNTY_FINANCE, county="140581"),
    SignIn("adjuster", "吴志强", INSURERS[0][1], Role.ADJUSTER, insurer="TH"),
    SignIn("reviewer", "郑晓岚", INSURERS[0][1], Role.REVIEWER, insurer="TH"),
    SignIn("payer", "沈若谷", INSURERS[0][1], Role.REVIEWER, insurer="TH"),
    SignIn("adjuster2", "王立新", INSURERS[1][1], Role.ADJUSTER, insurer="DH"),
    SignIn("reviewer2", "冯秋月", INSURERS[1][1], Role.REVIEWER, insurer="DH"),
    SignIn("payer2", "韩知秋", INSURERS[1][1], Role.REVIEWER, insurer="DH"),
    SignIn("adjuster3", "陈望舒", INSURERS[2][1], Role.ADJUSTER, insurer="QH"),
    SignIn("reviewer3", "褚云帆", INSURERS[2][1], Role.REVIEWER, insurer="QH"),
    SignIn("payer3", "杨慕白", INSURERS[2][1], Role.REVIEWER, insurer="QH"),
    SignIn("auditor", "卫清源", "晋城市审计局", Role.AUDITOR),
    SignIn("admin", "蒋承志", "晋城市乡村振兴中心信息科", Role.ADMINISTRATOR),
    SignIn("security", "秦守正", "晋城市乡村振兴中心信息科", Role.SECURITY_OFFICER),
)
