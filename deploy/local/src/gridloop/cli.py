"""The commands. Each imports what it needs when it is called, so that every one starts fast."""

import sys
from typing import Annotated

import typer

from gridloop.errors import MachineError
from gridloop.operations.access import client, user
from gridloop.operations.bounces import bounce
from gridloop.operations.events import app as events
from gridloop.operations.imports import import_file
from gridloop.operations.keys import app as keys
from gridloop.options import Options, hoist

app = typer.Typer(
    name="gridloop",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Service quality of an electricity supply company as a closed loop. "
    "--data DIR and --port N may be given anywhere.",
)
PASSED_ON = {"allow_extra_args": True, "ignore_unknown_options": True}

app.add_typer(events, name="events")
app.add_typer(keys, name="keys")
app.add_typer(user, name="user")
app.add_typer(client, name="client")
app.command("import")(import_file)
app.command("bounce")(bounce)
Json = Annotated[bool, typer.Option("--json", help="Print for a program.")]


@app.command()
def up(
    context: typer.Context,
    demo_clock: Annotated[bool, typer.Option(help="Business time may be moved by the API.")] = False,
    json: Json = False,
) -> None:
    """Start the engines and the services, and keep them running until Ctrl-C."""
    from gridloop.up import run

    options: Options = context.obj
    raise typer.Exit(run(options, demo_clock=demo_clock, as_json=json))


@app.command()
def doctor(context: typer.Context, json: Json = False) -> None:
    """Say what this machine has and lacks."""
    from gridloop.doctor import run

    options: Options = context.obj
    raise typer.Exit(run(options, as_json=json))


@app.command("test", context_settings=PASSED_ON)
def check(
    context: typer.Context,
    strict: Annotated[bool, typer.Option(help="What the machine lacks is a failure.")] = False,
    long: Annotated[bool, typer.Option(help="Crash matrices and soaks too.")] = False,
    unprotected: Annotated[bool, typer.Option(help="Each patch of tests/faults must turn its test red.")] = False,
    engines: Annotated[str, typer.Option(help="embedded or containers.")] = "embedded",
) -> None:
    """Run all checks and tests; further arguments go to pytest."""
    from gridloop.testing import run

    raise typer.Exit(run(context.args, strict=strict, long=long, unprotected=unprotected, engines=engines))


@app.command(context_settings=PASSED_ON | {"help_option_names": []})
def demo(context: typer.Context) -> None:
    """Play the whole loop with a model company through the public API."""
    from gridloop.demo.command import run

    options: Options = context.obj
    raise typer.Exit(run(options, context.args))


@app.command(context_settings=PASSED_ON | {"help_option_names": []})
def bench(context: typer.Context) -> None:
    """Measure beside the limit in the same run."""
    from gridloop.bench.command import run

    options: Options = context.obj
    raise typer.Exit(run(options, context.args))


def main() -> None:
    """Run the command line of this process; one sentence and a non-zero exit where the machine is in the way."""
    try:
        options, arguments = hoist(sys.argv[1:])
        app(arguments, prog_name="gridloop", obj=options)
    except MachineError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)
