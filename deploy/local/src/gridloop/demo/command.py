"""``gridloop demo``: the whole loop in one command."""

from collections.abc import Sequence
from typing import Annotated, Literal

import typer

from gridloop.options import Options

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def run(options: Options, arguments: Sequence[str]) -> int:
    """The exit code; 0 when the story was played to its end."""
    code = app(list(arguments), prog_name="gridloop demo", obj=options, standalone_mode=False)
    return int(code or 0)


@app.command()
def demo(
    context: typer.Context,
    keep: Annotated[bool, typer.Option("--keep", help="Leave the suite up and print the sign-ins.")] = False,
    scale: Annotated[Literal["small", "full"], typer.Option(help="full: the model company's real sizes.")] = "small",
    seed: Annotated[int, typer.Option(help="The same seed gives the same figures.")] = 1,
    pace: Annotated[float, typer.Option(min=0, help="Seconds of rest after each scene, for those who watch.")] = 0.0,
    url: Annotated[str | None, typer.Option(help="Play against a suite started with --demo-clock.")] = None,
    language: Annotated[
        Literal["zh-CN", "en"], typer.Option(help="Of the report, and of what people write in the story.")
    ] = "en",
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as one object.")] = False,
) -> int:
    """Play the whole loop with a model company, through the public API alone, and report what came of it.

    Starts a suite of its own with a movable clock, loads the company, plays weeks of service, prints the report and
    stops. With --url, GRIDLOOP_CLIENT_ID and GRIDLOOP_CLIENT_SECRET name the operator's client.
    """
    from gridloop.demo.run import Wishes, play

    options: Options = context.obj
    return play(options, Wishes(keep, scale, seed, pace, url, language, as_json))
