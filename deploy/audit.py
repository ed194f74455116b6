"""Asks which pinned packages have known holes. Fails on one; where the advisory service can't be asked, it says so
plainly, since that is no clean answer."""

import json
import subprocess
import sys
from pathlib import Path

LOCK = Path(__file__).resolve().parent.parent / "requirements.lock"
PATIENCE = 120


def main() -> int:
    command = [sys.executable, "-m", "pip_audit", "--disable-pip", "--format=json", f"--requirement={LOCK}"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE)
        packages = json.loads(done.stdout)["dependencies"]
    except (subprocess.TimeoutExpired, ValueError, KeyError):
        print(
            "NOT ASKED: the advisory service did not answer; whether the pinned packages have holes is unknown."
        )
        return 0
    holes = [(one["name"], one["version"], hole["id"]) for one in packages for hole in one.get("vulns", ())]
    unknown = [one["name"] for one in packages if "skip_reason" in one]
    for name, version, hole in holes:
        print(f"{name} {version}: {hole}")
    if unknown:
        print(
            f"NOT ASKED about {len(unknown)} of {len(packages)} packages: the service does not know them here."
        )
    elif not holes:
        print(f"No known hole in {len(packages)} packages.")
    return 1 if holes else 0


if __name__ == "__main__":
    sys.exit(main())
