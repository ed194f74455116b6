"""A worker killed in mid-check or mid-apply leaves what the sweep takes up: the same end as without the death."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from demo.people import SampleHousehold
from enrollment import tasks
from enrollment.models import RosterImport, RosterPerson, RosterRow
from enrollment.services import roster
from jincheng_insurance.access.roles import Role
from tests.broker import broker_down
from tests.enrollment.workbooks import Workbooks
from tests.world import World

State = RosterImport.State
ROOT = Path(__file__).resolve().parents[2]
# The worker stops in the middle of its work and says so; then it is killed.
WORKER = """
import sys, time, django
django.setup()
from enrollment.services import roster, roster_staging
from jincheng_insurance.sheets import lane
stage, key = sys.argv[1], int(sys.argv[2])
def hang(*args, **kwargs):
    print("in the middle", flush=True)
    time.sleep(60)
if stage == "check":
    lane.BATCH = 5
    write, times = roster_staging.Stager.write, []
    def write_once(self, rows):
        if times:
            hang()
        times.append(1)
        return write(self, rows)
    roster_staging.Stager.write = write_once
    roster.check_import(import_id=key)
else:
    apply_rows = roster.apply_rows
    roster.apply_rows = lambda pk: (apply_rows(pk), hang())
    roster.apply_import(import_id=key)
"""


def kill_in_the_middle(stage: str, import_id: int) -> None:
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "jincheng_insurance.settings"}
    with subprocess.Popen(
        [sys.executable, "-c", WORKER, stage, str(import_id)],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    ) as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline().strip() == "in the middle"
        worker.send_signal(signal.SIGKILL)


def sweep_until(upload: RosterImport, state: str) -> None:
    """PostgreSQL frees a dead worker's locks in a moment; the sweep's tasks are run here and now."""
    deadline = time.monotonic() + 20
    while upload.state != state:
        assert time.monotonic() < deadline, upload.state
        for task, key in roster.unfinished_imports():
            for _ in range(2):
                getattr(tasks, task.partition(".")[2])(key)
        upload.refresh_from_db()


@pytest.mark.parametrize("stage", ["check", "apply"])
def test_a_killed_worker_changes_nothing_about_the_end(
    live_world: World, workbooks: Workbooks, households: Sequence[SampleHousehold], stage: str
) -> None:
    actor = live_world.own[Role.COUNTY_OFFICER]
    with broker_down():
        upload = workbooks.upload(households, actor)
        if stage == "apply":
            roster.check_import(import_id=upload.pk)
            roster.request_apply(roster_import=upload, actor=actor)
        kill_in_the_middle(stage, upload.pk)
        upload.refresh_from_db()
        assert upload.state == (State.CHECKING if stage == "check" else State.APPLYING)
        assert not RosterPerson.objects.exists()
        if stage == "check":
            sweep_until(upload, State.CHECKED)
            assert upload.attempts == 2
            roster.request_apply(roster_import=upload, actor=actor)
        sweep_until(upload, State.APPLIED)
    persons = sum(len(household.persons) for household in households)
    assert RosterPerson.objects.count() == upload.persons == persons
    assert RosterRow.objects.filter(roster_import=upload).count() == persons
