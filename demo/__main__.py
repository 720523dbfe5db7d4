"""``python -m demo`` and ``python -m demo stop``: what `make demo` and `make demo-stop` run."""

import sys
from pathlib import Path

import click

from demo import process
from demo.course import SEED, USUAL_SUBMISSIONS, play
from demo.installation import Installation
from demo.telling import Teller
from domain.errors import VerilapError

USUAL_FOLDER = Path(__file__).with_name("var")
folder_option = click.option(
    "--folder", type=click.Path(path_type=Path, file_okay=False), default=USUAL_FOLDER, help="Data / data."
)


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@folder_option
@click.option(
    "--submissions",
    type=click.IntRange(0, 100_000),
    default=USUAL_SUBMISSIONS,
    show_default=True,
    help="Banyaknya formulir / how many forms.",
)
@click.option("--port", type=click.IntRange(0, 65535), help="Port; tanpa ini / without: 8000–8099.")
@click.option("--seed", type=int, default=SEED, show_default=True, help="Benih acak / seed of chance.")
@click.pass_context
def main(context: click.Context, folder: Path, submissions: int, port: int | None, seed: int) -> None:
    """Peragaan dengan data rekaan / the main job with invented data."""
    if context.invoked_subcommand:
        return
    teller = Teller()
    try:
        installation = Installation.in_folder(folder.absolute())
        outcome = play(installation, teller, submissions=submissions, port=port, seed=seed)
    except VerilapError as error:
        teller.complain(error)
        sys.exit(1)
    except OSError as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    teller.end(outcome)


@main.command()
@folder_option
def stop(folder: Path) -> None:
    """Hentikan server peragaan / stop the demo's server."""
    teller = Teller()
    teller("stopped" if process.stop(folder.absolute()) else "not-running")


if __name__ == "__main__":
    main(prog_name="python -m demo")
