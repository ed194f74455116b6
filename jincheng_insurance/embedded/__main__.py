"""`python -m jincheng_insurance.embedded demo | reset`: the demo, and starting over."""

import sys

from jincheng_insurance.embedded.demo import reset, run
from jincheng_insurance.embedded.processes import CannotStart


def main() -> int:
    act = {"demo": run, "reset": reset}.get(sys.argv[1] if len(sys.argv) == 2 else "")  # noqa: PLR2004
    if act is None:
        print("usage: python -m jincheng_insurance.embedded demo | reset", file=sys.stderr)
        return 2
    try:
        return act()
    except CannotStart as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
