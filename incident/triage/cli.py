"""`flask triage evaluate` and `flask triage train`: measures the proposals, and makes the model anew."""

import sys
from pathlib import Path

import click
from flask import Flask
from flask.cli import AppGroup

from incident import levels
from incident.settings import Settings
from incident.triage import evaluate as evaluation
from incident.triage import model as type_model
from incident.triage import samples, train, vocabulary, words

group = AppGroup("triage", help="Measure and train the proposal of a complaint's type.")
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
# Between redraws of a progress bar: so many rows.
_STEP = 20


@group.command(with_appcontext=False)
@click.argument("file", type=_FILE)
@click.option("--labels", "map_file", type=_FILE, required=True, help="JSON map from labels to types.")
@click.option("--language", type=click.Choice(["en", "zh"]), help="Only narratives in this language.")
@click.option("--model", "model_file", type=_FILE, help="Another model than the one shipped.")
def evaluate(file: Path, map_file: Path, language: str | None, model_file: Path | None) -> None:
    """Print accuracy, top-3 accuracy, precision, recall and confusion for FILE (CSV or CSV.GZ)."""
    playbooks = Settings.load().playbooks_dir
    rows = _read([file], map_file, every=True)
    rows = [row for row in rows if language in (None, words.language_of(row.narrative))]
    if not any(row.type for row in rows):
        raise click.ClickException(f"{file}: no labelled row is in the language asked for")
    with click.progressbar(rows, label="assessing", update_min_steps=_STEP, file=sys.stderr) as shown:
        report = evaluation.measure(
            shown,
            vocabulary=vocabulary.load(playbooks / "triage.toml"),
            levels=levels.load(playbooks / "levels.toml"),
            model=type_model.load(model_file) if model_file else type_model.shipped(),
        )
    for line in evaluation.tables(report):
        click.echo(line)


@group.command(name="train", with_appcontext=False)
@click.argument("files", type=_FILE, nargs=-1, required=True, metavar="FILE...")
@click.option("--labels", "map_file", type=_FILE, required=True, help="JSON map from labels to types.")
@click.option(
    "--source", required=True, help="Where the texts come from and their licence; kept in the model."
)
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), default=type_model.SHIPPED, show_default=True
)
def train_command(files: tuple[Path, ...], map_file: Path, source: str, out: Path) -> None:
    """Train the English type model on FILE... and write its weights with source, rows and score."""
    rows = [row for row in _read(list(files), map_file) if words.language_of(row.narrative) == "en"]
    try:
        with click.progressbar(length=train.STEPS, label="training", file=sys.stderr) as bar:
            made = train.train(rows, source=source, step=lambda _: bar.update(1))
    except (train.TrainingUnavailable, train.TooFewSamples) as refusal:
        raise click.ClickException(str(refusal)) from refusal
    type_model.save(made, out)
    for name, score in made.about["cross_validated"].items():
        click.echo(f"{name}: rows={score['rows']} top1={score['top_1']:.4f} top3={score['top_3']:.4f}")
    click.echo(f"wrote {out} ({out.stat().st_size} bytes, {len(made.features)} features)")


def _read(files: list[Path], map_file: Path, *, every: bool = False) -> list[samples.Sample]:
    try:
        labels = samples.read_map(map_file)
        return [row for file in files for row in samples.read(file, labels, every=every)]
    except samples.SampleError as fault:
        raise click.ClickException(str(fault)) from fault


def register(app: Flask) -> None:
    """Put `flask triage …` on the application."""
    app.cli.add_command(group)
