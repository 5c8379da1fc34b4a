"""`mutasi decide`: one decision of a file, from data in JSON."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from service.domain.errors import Invalid
from service.engine import decisions, feel
from service.engine.values import vetted
from service.settings import load


@click.command("decide")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--decision", required=True, help="Id or name of the decision, or of a decision service.")
@click.option(
    "--context",
    "context_file",
    required=True,
    type=click.File("rb"),
    help="A JSON object with the inputs, dates as ISO texts; - reads standard input.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the value and the rules that fired as JSON.")
def command(file: Path, decision: str, context_file: Any, as_json: bool) -> None:
    """Make the decision of FILE (.dmn) and print its value.

    Files beside FILE that it imports are read too. Exit code 0: decided; 1: there is no such decision, or it
    cannot be made from this data; 2: a file cannot be read.
    """
    model = _model(file)
    data = _context(context_file)
    now = datetime.now(ZoneInfo(load().timezone))
    try:
        result = model.evaluate(decision, decisions.inputs_from_json(model, vetted(data)), now=now)
    except (feel.FeelError, Invalid) as error:
        raise _Refused(f"{file}: {error}", 1) from error
    value = feel.to_json(result.value)
    if as_json:
        matched = [
            {
                "decision": rule.decision,
                "rule": rule.rule,
                "annotations": dict(rule.annotations),
                "inputs": feel.to_json(rule.inputs),
                "outputs": feel.to_json(rule.outputs),
            }
            for rule in result.matched
        ]
        document = {"decision": decision, "value": value, "matched": matched}
        click.echo(json.dumps(document, ensure_ascii=False, indent=2))
    else:
        click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def _model(file: Path) -> decisions.DecisionModel:
    try:
        return decisions.load_files(file)
    except OSError as error:
        raise _Refused(f"{file}: cannot be read: {error.strerror}", 2) from error
    except decisions.InvalidDecision as error:
        place = f"{file}: {error.element}" if error.element else str(file)
        raise _Refused(f"{place}: {error.message}", 2) from error


def _context(file: Any) -> dict[str, Any]:
    name = getattr(file, "name", "-")
    try:
        data = json.loads(file.read(), parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise _Refused(f"{name}: not JSON: {error}", 2) from error
    if not isinstance(data, dict):
        raise _Refused(f"{name}: not a JSON object", 2)
    return data


class _Refused(click.ClickException):
    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        vars(self)["exit_code"] = code
