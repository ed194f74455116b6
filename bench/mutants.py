"""Whether tests notice a change of the rules or of the access code: mutmut makes one change at a time, and the tests of
that room run against each. See docs/testing.md.

python -m bench.mutants scheme access              what isn't tried yet, or not since it changed
python -m bench.mutants access --share 20          a fifth of it, spread over all functions
python -m bench.mutants scheme --survived          what survived too: there may be tests for it now
python -m bench.mutants scheme --only '*.x_fen__*' these changes, again
python -m bench.mutants --results                  the table of what was tried"""

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any
from zlib import crc32

ROOT = Path(__file__).resolve().parent.parent
TRIED = ROOT / "mutants"  # where mutmut works, by a name of its own
KEPT = ROOT / "build" / "mutants"
# What is changed in each room, and which tests run; those of everything that calls it would notice more, and take days.
SIGN_IN = "models/* gate grants locks password_rules passwords people proofs second_factors sessions"
ACCESS = (
    "checks guards key_marks key_rotation refusals reveals rights roles scope sealed_columns sealed_files"
)
ROOMS: dict[str, tuple[list[str], list[str]]] = {
    "scheme": (["scheme/[!cw]*.py", "scheme/cover.py"], ["tests/scheme"]),
    "cases": (["scheme/case_*.py", "scheme/worked_case.py"], ["tests/scheme"]),
    "access": (
        [f"access/{module}.py" for module in [*ACCESS.split(), "sealing", "services", "tokens"]],
        [
            "tests/access/test_files_at_rest.py",
            "tests/access/test_fresh_proof.py",
            "tests/access/test_guards.py",
            "tests/access/test_key_rotation.py",
            "tests/access/test_keys.py",
            "tests/access/test_sealing.py",
            "tests/access/test_token_rules.py",
            "tests/enrollment/test_finding.py::test_numbers_are_not_tried_out_one_after_the_other",
        ],
    ),
    "sign-in": (
        [f"access/{module}.py" for module in SIGN_IN.split()],
        [
            "tests/access/test_fresh_proof.py",
            "tests/access/test_grants.py",
            "tests/access/test_guards.py",
            "tests/access/test_locks.py",
            "tests/access/test_on_record.py",
            "tests/access/test_passwords.py",
            "tests/access/test_people.py",
            "tests/access/test_second_factor.py",
            "tests/access/test_sessions.py",
            "tests/access/test_sign_in.py",
            "tests/access/test_token_rules.py",
        ],
    ),
}
WITHOUT_DATABASE = ("scheme", "cases")
BROKEN = 255  # pytest could not run at all, which mutmut takes for a timeout
SURVIVED = (0, 5, 33, BROKEN)  # 5 and 33: there is no test
NOTICED = {"killed", "timeout", "segfault"}  # a change that never comes to an end is noticed too


def main() -> None:
    parser = argparse.ArgumentParser(
        description="Change rules and access code, and see whether tests notice."
    )
    parser.add_argument("rooms", nargs="*", choices=[*ROOMS, []], default=list(ROOMS))
    parser.add_argument(
        "--only", action="append", default=[], help="changes to try again, as mutmut names them"
    )
    parser.add_argument("--survived", action="store_true", help="try again what survived")
    parser.add_argument(
        "--share", type=int, default=100, help="try so many in a hundred, picked by their names"
    )
    parser.add_argument("--again", action="store_true", help="forget what was tried before")
    parser.add_argument("--results", action="store_true", help="only print what was tried before")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)  # one room, in this process
    words = parser.parse_args()
    os.chdir(ROOT)
    if words.here:
        _try(words.rooms[0], words)
        return
    for room in () if words.results else words.rooms:
        if words.again:
            shutil.rmtree(KEPT / room, ignore_errors=True)
        _run(room, words)
    print(table({room: _results(KEPT / room) for room in words.rooms}))


def _run(room: str, words: argparse.Namespace) -> None:
    """A room's changes, in a process that has imported nothing of the product before it is changed."""
    from tests import servers

    environment = os.environ | {"ENVIRONMENT": "build", "HYPOTHESIS_PROFILE": "mutants"}
    KEPT.mkdir(parents=True, exist_ok=True)
    if TRIED.exists():
        sys.exit(f"{TRIED} is there: another run is at work, or was killed. If so, move it to {KEPT}/ROOM.")
    if (KEPT / room).exists():
        (KEPT / room).rename(TRIED)
    if words.survived:
        _forget_survivors()
    command = [sys.executable, "-m", "bench.mutants", room, "--here"]
    command += [f"--processes={words.processes}", f"--share={words.share}"]
    try:
        if room not in WITHOUT_DATABASE:
            servers.start()
            environment |= os.environ
        subprocess.run([*command, *(f"--only={name}" for name in words.only)], env=environment, check=True)
    finally:
        servers.stop()
        if TRIED.exists():
            TRIED.rename(KEPT / room)


def _forget_survivors() -> None:
    for path in TRIED.rglob("*.py.meta"):
        known = json.loads(path.read_text(encoding="utf-8"))
        codes = known["exit_code_by_key"]
        known["exit_code_by_key"] = {name: None if code in SURVIVED else code for name, code in codes.items()}
        path.write_text(json.dumps(known), encoding="utf-8")


def _try(room: str, words: argparse.Namespace) -> None:
    from mutmut import __main__ as mutmut
    from mutmut.configuration import config

    changed, tests = ROOMS[room]
    config().only_mutate = [f"jincheng_insurance/{name}" for name in changed]
    config().pytest_add_cli_args_test_selection = tests
    _change_decorated_functions_too()
    collected = mutmut.collect_source_file_mutation_data

    def some(*, mutant_names: Any) -> Any:
        mutants, modules = collected(mutant_names=mutant_names)
        return [mutant for mutant in mutants if crc32(mutant[1].encode()) % 100 < words.share], modules

    mutmut.collect_source_file_mutation_data = some
    mutmut._run(words.only, words.processes)


def _change_decorated_functions_too() -> None:
    """mutmut leaves functions with a decorator as they are, for fear of what a copied decorator does. Here services
    (`@transaction.atomic`) and properties are such functions. So the decorators go to the function that chooses a
    change, and are taken off its copies."""
    import libcst as cst
    from mutmut.mutation import file_mutation as mutation

    arranged, skipped = (
        mutation.function_trampoline_arrangement,
        mutation.MutationVisitor._skip_node_and_children,
    )

    def plain(node: Any) -> Any:
        known = ("staticmethod", "classmethod")  # mutmut's own way with these works
        names = [each.decorator.value for each in node.decorators if isinstance(each.decorator, cst.Name)]
        return node if set(names) & set(known) else node.with_changes(decorators=())

    def skip(self: Any, node: cst.CSTNode) -> bool:
        return bool(skipped(self, plain(node) if isinstance(node, cst.FunctionDef) else node))

    def arrange(function: cst.FunctionDef, mutants: Any, class_name: str | None) -> Any:
        declared, (chooser, *copies), assigned, names = arranged(function, mutants, class_name)
        return declared, [chooser, *map(plain, copies)], assigned, names

    mutation.MutationVisitor._skip_node_and_children = skip  # type: ignore[method-assign]
    mutation.function_trampoline_arrangement = arrange  # type: ignore[assignment]


def _results(folder: Path) -> dict[str, Counter[str]]:
    """What became of the changes of each module."""
    from mutmut.stats import status_by_exit_code

    return {
        str(path.relative_to(folder / "jincheng_insurance")).removesuffix(".meta"): Counter(
            "broken" if code == BROKEN else status_by_exit_code[code]
            for code in json.loads(path.read_text(encoding="utf-8"))["exit_code_by_key"].values()
        )
        for path in sorted(folder.rglob("*.py.meta"))
    }


def table(found: dict[str, dict[str, Counter[str]]]) -> str:
    """A line a module, and one for each room: changes that were noticed, and not."""
    lines = [f"{'':32} killed  survived  untested  untried  killed of tried"]
    for room, modules in found.items():
        together: Counter[str] = sum(modules.values(), Counter())
        for name, counts in [*modules.items(), (f"{room}, together", together)]:
            killed = sum(counts[status] for status in NOTICED)
            untested, untried = counts["no tests"], counts["not checked"]
            if tried := counts.total() - untried:
                survived = tried - killed - untested
                lines.append(
                    f"{name:32} {killed:6} {survived:9} {untested:9} {untried:8}  {100 * killed / tried:13.1f} %"
                )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
