"""The console script `mutasi`. Each command lives in a module of its own and is imported only when used."""

from __future__ import annotations

import sys
from importlib import import_module

import click

from service import __version__
from service.domain.errors import MutasiError
from service.settings import BadSetting

COMMANDS = {
    "serve": "Serve the pages and the API, and do what is due.",
    "worker": "Do what is due (timers, reminders, mail) without serving pages.",
    "db": "Create or upgrade the database.",
    "check": "Say what is wrong with a diagram, a decision table or a form, without deploying it.",
    "walk": "Go through a diagram in memory, action by action, by the engine that cases use.",
    "migrate": "Move the running cases of a version to another one.",
    "decide": "Make one decision of a decision model from data in a JSON file.",
    "tck": "Run the test cases of the DMN Technology Compatibility Kit below a directory.",
    "import": "Bring employees, units, positions and their data in from XLSX or CSV.",
    "demo": "Fill an empty database with an invented city; move its clock.",
    "figures": "Count the figures of managers' pages from scratch.",
    "user": "Create accounts, set passwords, give and take roles.",
    "token": "Create, list and revoke tokens for the API.",
    "bench": "Measure: completions, loop-backs, inbox, waiting cases, import, start-up.",
}


class LazyGroup(click.Group):
    """A group whose commands are imported on use, so that `mutasi --help` answers at once."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"service.cli.{cmd_name}_")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="mutasi")
def cli() -> None:
    """Mutasi carries a civil servant's transfer from the need for it to the proof that it helped.

    Start with `mutasi demo --size kecamatan` and `mutasi serve`.

    Settings come from config/default.toml, then the file named by MUTASI_CONFIG, then MUTASI_* variables
    (MUTASI_DATABASE_URL, MUTASI_SECRET_KEY, ...). Exit codes: 0 done, 1 refused or found wrong, 2 cannot be
    read or used wrongly.
    """


def main() -> None:
    """Run the command line; a business error becomes one line on stderr and exit code 1."""
    try:
        # Without its standalone mode click hands the code of an Exit back instead of raising it.
        code = cli.main(standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        click.echo("Stopped.", err=True)
        sys.exit(130)
    except BadSetting as error:
        click.echo(f"mutasi: {error}", err=True)
        sys.exit(2)
    except MutasiError as error:
        click.echo(f"mutasi: {error}", err=True)
        sys.exit(1)
