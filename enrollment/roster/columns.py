"""The titles by which both exports of the national monitoring system, and the lists made from them, name
what a roster holds. The first title of each field is the preferred one."""

from jincheng_insurance.sheets.columns import Column, TitleTable, column, key_of

HEAD_ONLY = ("户主证件号码", "户主身份证号", "户主身份证号码", "户主公民身份号码")


def titled(field: str, titles: str, *, required: bool = False) -> Column:
    """A column by the titles in `titles`, with blanks between them."""
    return column(field, *titles.split(), required=required)


ROSTER_COLUMNS = (
    titled(
        "household_code",
        """户编号 户编码 户号 家庭编号 家庭编码 农户编号 家庭户编号 户ID 户代码
        家庭代码 农户编码 监测户编号 户识别码""",
        required=True,
    ),
    titled(
        "person_code",
        """人编号 人口编号 人员编号 人编码 人员编码 成员编号 家庭成员编号 人ID
        人口编码 成员编码 人代码""",
    ),
    titled(
        "name",
        """姓名 成员姓名 人员姓名 家庭成员姓名 人口姓名 参保人姓名 监测对象姓名 户主姓名
        户主""",
        required=True,
    ),
    titled(
        "id_number",
        """证件号码 身份证号 身份证号码 证件号 公民身份号码 公民身份证号码 居民身份证号
        居民身份证号码 身份证件号码 成员证件号码 成员身份证号 成员身份证号码
        人员证件号码 人员身份证号 人员身份证号码 家庭成员证件号码 身份证
        身份证/残疾证号 身份证号/残疾证号 证件号码(身份证/残疾证) 证件编号 身份号码
        参保人身份证号 人口身份证号 人口身份证号码 身份证或残疾证号 身份证(残疾证)号码 """
        + " ".join(HEAD_ONLY),
        required=True,
    ),
    titled(
        "relation",
        """与户主关系 与户主的关系 户主关系 家庭关系 关系 成员关系 与户主之关系
        与户主称谓 家庭成员关系 称谓""",
    ),
    titled(
        "household_kind",
        """户类型 农户类型 户类别 农户类别 家庭类型 户属性 人口类型 农户属性 农户性质
        户性质 户类别名称 户类型名称 贫困户属性 脱贫户属性""",
    ),
    titled(
        "monitored_kind",
        """监测对象类别 易返贫致贫户(监测对象)类型 监测对象类型 易返贫致贫户类型
        易返贫致贫户类别 监测户类型 监测户类别 监测类型 监测类别 防返贫监测对象类型
        防返贫监测对象类别 防止返贫监测对象类型 防止返贫监测对象类别 三类户类型
        三类人群类型 三类人群类别 监测对象属性 监测户属性 易返贫致贫户属性 风险户类型
        监测对象分类 防返贫监测类型""",
    ),
    titled(
        "monitored_on",
        """识别监测时间 风险识别时间 监测对象识别时间 监测识别时间 识别监测日期 监测时间
        纳入监测时间 识别纳入时间 识别(纳入)时间 纳入时间 识别时间 风险识别日期
        监测对象纳入时间 纳入监测日期 监测对象识别日期 识别日期 纳入日期 识别认定时间
        认定时间 纳入监测对象时间 纳入防返贫监测时间 列入监测时间 监测对象认定时间""",
    ),
    titled("first_listed_on", "首次识别时间 首次识别日期 户首次识别时间 建档立卡时间 脱贫户识别时间"),
    titled(
        "risk_removed",
        """风险是否消除 风险是否已消除 是否消除风险 是否风险消除 是否已消除风险
        风险消除情况 风险消除 是否消除 是否解除风险 风险消除状态""",
    ),
    titled("risk_removed_on", "风险消除时间 风险消除日期 消除风险时间 消除时间 消除日期 风险解除时间"),
    titled(
        "county",
        """县(市、区、旗) 县 县区 县市区 县市 区县 所在县 县名 县名称 县级
        县(市、区) 县市区名称 所属县 所属县区 县(区)""",
    ),
    titled(
        "township",
        """乡(镇) 乡 乡镇 乡镇街道 镇 所在乡镇 乡镇名称 乡级 乡镇办 乡(镇、街道)
        乡镇(街道) 所属乡镇 乡名""",
    ),
    titled(
        "village",
        """行政村 村 村居 村社区 行政村社区 所在村 村名 村委会 行政村名称 村级
        村(居) 村(社区) 行政村(社区) 所属村 所属行政村""",
    ),
    titled("natural_village", "自然村 村民小组 自然村组 组"),
    titled(
        "resident_insurance",
        """是否参加城乡居民基本医疗保险 是否参加新型农村合作医疗（城乡居民基本医疗保险）
        是否参加城乡居民医疗保险 是否参加城乡居民医保 是否参加居民医保
        是否参加新型农村合作医疗 是否参加新农合 是否参加城乡居民基本医保
        城乡居民基本医疗保险 城乡居民基本医保 城乡居民医疗保险 城乡居民医保 居民医保
        是否参加居民基本医疗保险 居民基本医疗保险 是否参加城乡居民基本医疗
        参加居民医保情况 是否缴纳居民医保 是否参加农村合作医疗 新农合""",
    ),
    titled(
        "employee_insurance",
        """是否参加城镇职工基本医疗保险 是否参加职工基本医疗保险 是否参加城镇职工医疗保险
        是否参加城镇职工医保 是否参加城镇职工基本医保 是否参加职工医保
        城镇职工基本医疗保险 职工基本医疗保险 城镇职工医保 职工医保
        是否参加城镇职工基本医疗 是否参加职工医疗保险 参加职工医保情况 是否缴纳职工医保""",
    ),
    titled(
        "household_telephone",
        """户联系电话 户主联系电话 户主电话 家庭联系电话 家庭电话 户电话 户主手机号
        户主手机号码 户主联系方式 家庭联系方式""",
    ),
    titled(
        "telephone",
        """人联系电话 成员联系电话 联系电话 本人联系电话 人员联系电话 手机号 手机号码
        电话 电话号码 联系方式 本人电话 本人手机号 手机 移动电话 成员电话""",
    ),
    titled("as_of", "数据日期 数据时间 统计日期 导出日期"),
)

# Titles that are never a field's: numbers of lines, and what the annotated copy of an upload adds.
REASONS_TITLES = ("问题说明", "What is wrong")
IGNORED_KEYS = frozenset(map(key_of, ("序号", "编号", *REASONS_TITLES)))
HEAD_KEYS = frozenset(map(key_of, HEAD_ONLY))
ROSTER_TITLES = TitleTable(ROSTER_COLUMNS)
IDENTIFYING = ("household_code", "person_code", "name", "id_number")
