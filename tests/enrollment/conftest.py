"""Some households of one county, its officer, and workbooks of them."""

from pathlib import Path

import pytest

from demo.people import SampleHousehold, make_households
from jincheng_insurance.access.models import User
from jincheng_insurance.access.roles import Role
from tests.enrollment.workbooks import Workbooks
from tests.world import World


@pytest.fixture
def households() -> list[SampleHousehold]:
    return list(make_households(persons=30, counties=["140524"]))


@pytest.fixture
def officer(world: World) -> User:
    return world.own[Role.COUNTY_OFFICER]


@pytest.fixture
def workbooks(tmp_path: Path) -> Workbooks:
    return Workbooks(tmp_path)
