"""The operator's commands, thin over the domain. Exit codes: 0 done, 1 found wrong, 2 bad usage."""

import importlib
import json
import os
import sys
from collections.abc import Callable, Iterable
from dataclasses import asdict, is_dataclass
from difflib import get_close_matches
from functools import wraps
from pathlib import Path
from typing import Annotated, Any

import typer

from accounts.actor import SYSTEM, set_actor
from accounts.errors import DomainError, NotFound
from calculations.model import FactorMissing, FieldError, InputError
from data.settings import SettingsError, get_settings
from data.store.backup import BackupError, restore_backup, write_backup
from data.store.engine import Store, get_store
from data.store.migrate import upgrade

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
factors_app = typer.Typer(
    no_args_is_help=True, help="The factor library: list, show, verify, diff.", rich_markup_mode=None
)
app.add_typer(factors_app, name="factors")
keys_app = typer.Typer(no_args_is_help=True, help="The keys that sign certificates.", rich_markup_mode=None)
app.add_typer(keys_app, name="keys")

Json = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
EventOption = Annotated[str | None, typer.Option("--event", metavar="SLUG", help="The event's address.")]
Maps = Annotated[list[str] | None, typer.Option("--map", metavar="FIELD=COLUMN")]
File = Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, readable=True)]
EventsFile = Annotated[Path | None, typer.Option(
    "--events", metavar="FILE", exists=True, dir_okay=False, help="The events that the rows name.")]  # fmt: skip
Method = Annotated[
    str | None,
    typer.Option("--method", metavar="ID-or-TOML", help="A method's id, a method file, or engine: all activities."),
]


def say(as_json: bool, answer: Any, lines: Iterable[str]) -> None:
    """Print `answer` as JSON, or `lines` for people."""
    if as_json:
        typer.echo(json.dumps(answer, ensure_ascii=False, indent=1, default=_plain))
        return
    for line in lines:
        typer.echo(line)


def _plain(value: Any) -> Any:
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else str(value)


def command(*apps_and_name: Any) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register a command whose errors become sentences and exit codes."""
    target, name = apps_and_name

    def register(work: Callable[..., None]) -> Callable[..., None]:
        @wraps(work)
        def guarded(*args: Any, **kwargs: Any) -> None:
            set_actor(SYSTEM)
            try:
                work(*args, **kwargs)
            except (SettingsError, BackupError, InputError, DomainError, FactorMissing) as error:
                _fail(error, bool(kwargs.get("as_json")))

        target.command(name)(guarded)
        return work

    return register


def _fail(error: Exception, as_json: bool) -> None:
    fields = error.errors if isinstance(error, InputError) else []
    errors = [{"field": item.field, "value": item.value, "message": _sentence(item)} for item in fields]
    sentences = [str(item["message"]) for item in errors] or str(error).splitlines()
    if as_json:
        typer.echo(json.dumps({"error": " ".join(sentences[:3]), "errors": errors}, ensure_ascii=False, default=str))
    for sentence in sentences:
        typer.echo(sentence, err=True)
    raise typer.Exit(2 if isinstance(error, (SettingsError, NotFound)) else 1)


def _sentence(item: FieldError) -> str:
    return item.message.format(**{"field": item.field, "value": item.value, **item.params})


def ready_store() -> Store:
    """The store, its tables those of this release."""
    store = get_store()
    upgrade(store)
    return store


@command(app, "serve")
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on (HOST).")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on (PORT).")] = None,
    workers: Annotated[int | None, typer.Option(help="Processes that serve (WORKERS).")] = None,
    as_json: Json = False,
) -> None:
    """Migrate, say where everything is, and serve."""
    for name, value in (("HOST", host), ("PORT", port), ("WORKERS", workers)):
        if value is not None:
            os.environ[name] = str(value)  # the serving processes read the same settings
    get_settings.cache_clear()
    serving = importlib.import_module("api.serving")
    settings = get_settings()
    serving.check_port(settings)
    ready_store()
    welcome = serving.welcome(settings)
    say(as_json, welcome.as_json(), welcome.lines())
    sys.stdout.flush()
    serving.serve(settings)


@command(app, "demo")
def demo(
    reset: Annotated[bool, typer.Option("--reset", help="Drop the demonstration's test data first.")] = False,
    as_json: Json = False,
) -> None:
    """Seed the demonstration, once."""
    ready_store()
    made = importlib.import_module("events").seed_demo(reset=reset)
    say(as_json, {"made": made}, [f"Made {slug}" for slug in made] or ["The demonstration is here already."])


@command(app, "migrate")
def migrate(as_json: Json = False) -> None:
    """Bring the store's tables to this release."""
    changed = upgrade(get_store())
    say(as_json, {"changed": changed}, ["The tables are now those of this release." if changed else "Nothing to do."])


@command(app, "backup")
def backup(file: Annotated[Path, typer.Argument(metavar="FILE", dir_okay=False)], as_json: Json = False) -> None:
    """Write every row and kept file to FILE while the server goes on; it restores into SQLite and PostgreSQL alike."""
    if not file.absolute().parent.is_dir():
        raise typer.BadParameter(f"there is no folder {file.absolute().parent}", param_hint="FILE")
    report = write_backup(ready_store(), file)
    keys = f"The keys in {get_settings().data_dir} are not in it; keep them apart."
    rows = f"{report.row_count:,} rows of {len(report.row_counts)} tables and {report.file_count} kept files in {file}."
    say(as_json, report, [f"{rows} {keys}", *report.told()])


@command(app, "restore")
def restore(
    file: File,
    replace: Annotated[bool, typer.Option("--replace", help="Lose what the store holds now.")] = False,
    as_json: Json = False,
) -> None:
    """Put the rows and kept files of a backup back, all or none."""
    report = restore_backup(ready_store(), file, replace)
    rows = f"{report.row_count:,} rows of {len(report.row_counts)} tables and {report.file_count} kept files are back."
    say(as_json, report, [rows, *report.told()])


@command(app, "calculate")
def calculate(
    file: File,
    method: Method = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Where the lines go.")] = None,
    to: Annotated[str | None, typer.Option(metavar="LAT,LON", help="Where everybody goes.")] = None,
    events_file: EventsFile = None,
    bad: Annotated[Path | None, typer.Option(metavar="FILE", help="Activities: where bad rows go.")] = None,
    edition: Annotated[str | None, typer.Option(metavar="ID", help="Activities: the factor set.")] = None,
    non_co2: Annotated[bool, typer.Option(help="Activities: count the non-CO2 part of flights.")] = True,
    upstream: Annotated[bool, typer.Option(help="Activities: count the fuel's way to the tank.")] = True,
    electricity: Annotated[str, typer.Option(metavar="location|market", help="Activities: the basis.")] = "location",
    as_json: Json = False,
) -> None:
    """Attendances (by a flight method) or activities of any kind in, lines out in integer grams; the last line is the
    total in kg. Without --method the columns tell which."""
    report = importlib.import_module("data.table_report")
    asked = report.Asked(
        file, method, out, to, events_file, bad, edition, non_co2=non_co2, upstream=upstream, electricity=electricity
    )
    with Bar(quiet=as_json) as moved:
        found = report.calculate_report(asked, _place_finder(), lambda done: moved(done, None))
    say(as_json, found.answer, found.lines)


def _place_finder() -> Callable[[str], Any]:
    index = importlib.import_module("data.places.index")
    return lambda name: index.get(name) or next(iter(index.search(name, limit=1)), None)


@command(app, "import-attendance")
def import_attendance(
    file: File,
    events_file: EventsFile = None,
    event: EventOption = None,
    method: Annotated[str | None, typer.Option("--method", metavar="ID-or-TOML")] = None,
    as_json: Json = False,
) -> None:
    """Bring in guests' origins as participations, all in or all out."""
    ready_store()
    bring_in = importlib.import_module("events").import_attendance
    with Bar(quiet=as_json) as moved:
        report = bring_in(file, events_file=events_file, slug=event, method=method, progress=moved)
    lines = [f"{slug}\t{grams / 1e6:,.2f} t" for slug, grams in report.by_event.items()]
    lines += [f"{report.group_count:,} of {report.row_count:,} rows are new, {report.known_count:,} were here already."]
    lines += [f"{report.people_count:,} attendances at {len(report.event_slugs)} events: {report.total_g / 1e6:,.2f} t"]
    say(as_json, report, lines)


@command(app, "import-batches")
def import_batches(file: File, as_json: Json = False) -> None:
    """Bring in batches of credits by serial range (CSV, XLSX), all in or all out; a file brings nothing twice."""
    ready_store()
    found = importlib.import_module("offsetting").import_batches(SYSTEM, file.read_bytes(), file.name)
    known = ["This file is in already; nothing new."] if found.already else []
    say(as_json, found, [*known, f"{found.credit_count:,} credits in {len(found.batch_ids)} batches"])


@command(app, "import")
def import_file(file: File, event: EventOption = None, kind: str = "", maps: Maps = None, planned: bool = False,
                as_json: Json = False) -> None:  # fmt: skip
    """Bring in a file of an event (registrations, meters, invoices …), all in or all out; never twice."""
    ready_store()
    found = importlib.import_module("events").import_path(file, event or "", kind, maps or (), planned)
    say(as_json, found, [found.told])


class Bar:
    """A progress bar on the error stream; gives a function of (done, all)."""

    def __init__(self, quiet: bool) -> None:
        from rich.console import Console
        from rich.progress import Progress

        self._bar = Progress(console=Console(stderr=True), transient=True, disable=quiet or not sys.stderr.isatty())

    def __enter__(self) -> Callable[[int, int | None], None]:
        self._bar.start()
        task = self._bar.add_task("Bringing in", total=None)
        return lambda done, total: self._bar.update(task, completed=done, total=total)

    def __exit__(self, *_: object) -> None:
        self._bar.stop()


@command(app, "audit")
def audit(event: EventOption = None, as_json: Json = False) -> None:
    """Prove every invariant from the rows."""
    ready_store()
    findings = importlib.import_module("events").audit(event)
    lines = [f"{'ok   ' if item.ok else 'WRONG'}  {item.name}: {item.detail}" for item in findings]
    say(as_json, {"ok": all(item.ok for item in findings), "findings": findings}, lines)
    raise typer.Exit(0 if all(item.ok for item in findings) else 1)


@command(app, "verify")
def verify(
    file: File,
    keys: Annotated[
        Path | None, typer.Option(metavar="FILE", exists=True, dir_okay=False, help="The issuer's did.json.")
    ] = None,
    checkpoint: Annotated[
        Path | None, typer.Option(metavar="FILE", exists=True, dir_okay=False, help="A log checkpoint kept earlier.")
    ] = None,
    status: Annotated[
        Path | None, typer.Option(metavar="FILE", exists=True, dir_okay=False, help="The status list it names.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Check a certificate or a statement of books off line, with no store and no network."""
    if keys is None:
        raise typer.BadParameter("give the issuer's keys: the /.well-known/did.json of its server", param_hint="--keys")
    check = importlib.import_module("offsetting.bundle").verify_file
    given = (checkpoint, status)
    found = check(file.read_bytes(), keys.read_bytes(), *(path.read_text("utf-8") if path else None for path in given))
    lines = [f"{'Valid' if found.ok else 'NOT VALID'}: {file}", *found.told()]
    say(as_json, asdict(found) | {"subject": dict(found.subject)}, lines)
    raise typer.Exit(0 if found.ok else 1)


@command(keys_app, "list")
def keys_list(as_json: Json = False) -> None:
    """Every key that has ever signed, the one in use first; what any of them signed holds."""
    ready_store()
    known = importlib.import_module("offsetting").issuer_keys()
    say(as_json, known, [f"{key}{'  in use' if not at else ''}" for at, key in enumerate(known)])


@command(keys_app, "rotate")
def keys_rotate(as_json: Json = False) -> None:
    """Sign with a fresh key from now on. What the old one signed holds; its private half is gone."""
    ready_store()
    key = importlib.import_module("offsetting").rotate_key()
    say(as_json, {"key": key}, [f"From now on {key} signs. What was signed before holds: its key stays published."])


@command(app, "doctor")
def doctor(as_json: Json = False) -> None:
    """Look at settings, store, disk, clock, keys, factors, deferred work and the audit."""
    examine = importlib.import_module("data.doctor").examine
    checks = list(examine(get_settings(), get_store()))
    if all(check.ok for check in checks if check.name == "store"):
        checks += [_audit_check()]
    lines = [f"{'ok   ' if check.ok else 'WRONG'}  {check.name}: {check.detail}" for check in checks]
    say(as_json, {"ok": all(check.ok for check in checks), "checks": checks}, lines)
    raise typer.Exit(0 if all(check.ok for check in checks) else 1)


def _audit_check() -> Any:
    findings = importlib.import_module("events").audit(None)
    wrong = [f"{item.name}: {item.detail}" for item in findings if not item.ok]
    detail = "; ".join(wrong[:3]) or f"{len(findings)} invariants hold"
    return importlib.import_module("data.doctor").Check("audit", not wrong, detail)


@command(factors_app, "list")
def factors_list(
    edition: Annotated[str, typer.Argument(metavar="[EDITION]", help="An edition; without one, the editions.")] = "",
    find: Annotated[str, typer.Option("--find", metavar="WORDS", help="Words of id, activity or note.")] = "",
    region: Annotated[str, typer.Option("--region", metavar="CODE", help="Of this region, such as CN-51.")] = "",
    category: Annotated[str, typer.Option("--category", metavar="NAME", help="Of this category.")] = "",
    unit: Annotated[str, typer.Option("--unit", metavar="UNIT", help="Per this unit, such as kWh.")] = "",
    as_json: Json = False,
) -> None:
    """The editions that come with the product, or the rows of one by what is asked of them."""
    library = importlib.import_module("data.library")
    if edition or find or region or category or unit:
        told = importlib.import_module("calculations.editions")
        rows = told.find_factors(_edition(edition), find, region, category, unit)
        say(as_json, rows, [*(told.factor_line(row) for row in rows), f"{len(rows)} rows"])
        return
    sets = [library.load_factor_set(name) for name in library.list_editions()]
    answer = [{"id": each.factor_set_id, "sha256": each.sha256, "factors": len(each.factors)} for each in sets]
    say(as_json, answer, [f"{row['id']}  {row['factors']} factors  {row['sha256']}" for row in answer])


def _edition(name: str) -> Any:
    library = importlib.import_module("data.library")
    if name and name not in library.list_editions():
        known = ", ".join(library.list_editions())
        raise typer.BadParameter(f"{name!r} is no edition; there are {known}", param_hint="EDITION")
    return library.load_factor_set(name) if name else library.load_factor_set()


@command(factors_app, "show")
def factors_show(
    factor: Annotated[str, typer.Argument(metavar="ID", help="A factor's id, or an edition's.")],
    edition: Annotated[str, typer.Option("--edition", metavar="EDITION", help="Of this edition.")] = "",
    as_json: Json = False,
) -> None:
    """One factor with its source, its cautions and where it is preferred; or the factors of an edition."""
    library, told = importlib.import_module("data.library"), importlib.import_module("calculations.editions")
    if factor in library.list_editions():
        rows = list(library.load_factor_set(factor).factors.values())
        say(as_json, rows, [told.factor_line(row) for row in rows])
        return
    factors = _edition(edition)
    row = factors.factors.get(factor)
    if row is None:
        close = "; near it: " + ", ".join(near) if (near := get_close_matches(factor, factors.factors, 3, 0.5)) else ""
        raise typer.BadParameter(f"{factor!r} is no factor of {factors.factor_set_id}{close}", param_hint="ID")
    shown = asdict(row) | told.dossier(factors, factor)
    say(as_json, shown, [f"{name}: {'' if value is None else value}" for name, value in shown.items()])


@command(factors_app, "verify")
def factors_verify(as_json: Json = False) -> None:
    """Hold every edition's files to the hashes of its manifest, and its preferred choices to its rows."""
    library = importlib.import_module("data.library")
    found = {edition: library.verify_factor_set(edition) for edition in library.list_editions()}
    wrong = [f"{edition}: {problem}" for edition, problems in found.items() for problem in problems]
    sums = {edition: library.load_factor_set(edition).sha256 for edition, problems in found.items() if not problems}
    lines = [f"{edition}  {sha256}" for edition, sha256 in sums.items()]
    answer = {"ok": not wrong, "problems": wrong, "editions": sums}
    say(as_json, answer, [*lines, *(wrong or ["Every file is as it was published."])])
    raise typer.Exit(1 if wrong else 0)


@command(factors_app, "diff")
def factors_diff(
    a: Annotated[str, typer.Argument(metavar="OLD")],
    b: Annotated[str, typer.Argument(metavar="NEW")],
    event: EventOption = None,
    as_json: Json = False,
) -> None:
    """What changed from edition OLD to NEW; with an event, what its footprints would be under NEW, and why."""
    told = importlib.import_module("calculations.editions")
    diff = told.compare_editions(_edition(a), _edition(b))
    answer, lines = diff.as_json(), diff.lines() or ["The two are the same."]
    if event:
        ready_store()
        moved = importlib.import_module("events").recompute_under(event, b)
        answer["event"] = moved.as_json()
        lines += ["", *moved.lines()]
    say(as_json, answer, lines)


if __name__ == "__main__":
    app()
