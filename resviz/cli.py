"""The command line: every page's work, without the page. Bad input ends with one sentence and exit code 2."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import NoReturn

from resviz.core.knob import Knob, SpecError
from resviz.core.net import Node
from resviz.core.registry import Entry
from resviz.core.spec import NetSpec, Spec
from resviz.draw import figure
from resviz.draw.formats import ENDINGS, PICTURES, save, save_svg
from resviz.export import explanation
from resviz.export.source import source
from resviz.export.table import TABLES
from resviz.nn.client import Torch
from resviz.runs import store
from resviz.runs.status import status
from resviz.train.launch import launch
from resviz.train.recipe import Recipe
from resviz.views import checked, conventions, depth, formulas, memory, tables
from resviz.views import compare as comparing
from resviz.views import why as reasons
from resviz.views.memory import Plan
from resviz.zoo.comparisons import COMPARISONS, compared
from resviz.zoo.families import FAMILIES, PRESETS, from_json, from_text, named, to_json

Texts = dict[str, str]


class _Parser(argparse.ArgumentParser):
    """A parser whose complaints are one sentence; the knobs' flags are taken out before."""

    def error(self, message: str) -> NoReturn:
        raise SpecError(f"{message}; see {self.prog} --help")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; gives the exit code: 0 well, 1 a check that failed, 2 bad input.

    130 is for interrupted, 141 for a reader that went away (`| head`), as shells have it.
    """
    try:
        texts, rest = _split(sys.argv[1:] if arguments is None else arguments)
        options = _parser().parse_args(rest)
        command: Callable[[argparse.Namespace, Texts], int] = options.run
        code = command(options, texts)
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        _drop_output()
        return 141
    except (ValueError, OSError) as error:
        print(f"resviz: {_sentence(error)}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def _drop_output() -> None:
    """Nobody reads the output any more: what is still buffered goes nowhere, so that the exit stays silent."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _sentence(error: Exception) -> str:
    """The error in one line, whatever stands in the input that it quotes."""
    if isinstance(error, UnicodeEncodeError):
        text = f"the output's encoding {error.encoding} lacks {error.object[error.start]!a}: set PYTHONIOENCODING=utf-8"
    elif isinstance(error, OSError) and error.filename:
        text = f"{error.filename}: {error.strerror}"
    else:
        text = str(error)
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="resviz", description="An explorer of residual networks.", allow_abbrev=False)
    commands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=_Parser)

    def command(name: str, run: Callable[[argparse.Namespace, Texts], int], help: str) -> argparse.ArgumentParser:
        made = commands.add_parser(
            name, help=help, description=help, allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter
        )
        made.set_defaults(run=run)
        return made

    def about_a_network(
        name: str, run: Callable[[argparse.Namespace, Texts], int], help: str
    ) -> argparse.ArgumentParser:
        made = command(name, run, help)
        made.add_argument("network", nargs="?", metavar="PRESET|FAMILY", help="see resviz presets, resviz families")
        made.add_argument("--spec", metavar="FILE", help='JSON {"family": "resnet", …} or a list of them; - is stdin')
        made.epilog = _knob_help((f"the family {entry.name}", entry.thing) for entry in FAMILIES)
        return made

    table = about_a_network("table", _table, "print parameters, MACs, shapes …")
    table.add_argument("--format", choices=(*TABLES.names(), "json"), default="text")
    table.add_argument("--by", choices=tables.LEVELS, default="op")
    table.add_argument("--formulas", action="store_true", help="how each number comes about, in place of the table")
    cost = about_a_network("cost", _cost, "print what each convention and tool counts")
    cost.add_argument("--why", metavar="NUMBER", help='explain a number that a tool or a paper says, such as "4.11 G"')
    memory_ = about_a_network("memory", _memory, "print what training and inference need in memory")
    memory_.epilog = f"{_knob_help([('the memory', Plan)])}\n{memory_.epilog}"
    layers = about_a_network("depth", _depth, "print which layers make the depth")
    for ledger in (cost, memory_, layers):
        ledger.add_argument("--format", choices=("text", "json"), default="text")
    draw = about_a_network("draw", _draw, "draw the network into a file")
    draw.add_argument("-o", "--output", required=True, metavar="FIGURE", help=f"ends in {', '.join(ENDINGS)}")
    draw.add_argument("--view", choices=figure.VIEWS, default="graph")
    draw.add_argument("--level", choices=figure.LEVELS, default="block")
    draw.add_argument("--theme", choices=tuple(figure.THEMES), default="light")
    code = about_a_network("code", _code, "write the network as a stand-alone PyTorch file")
    code.add_argument("-o", "--output", metavar="FILE", help="otherwise it is printed")
    train = about_a_network("train", _train, "train the network and keep the run")
    train.epilog = f"{_knob_help([('the training', Recipe)])}\n{train.epilog}"
    train.add_argument("--json", action="store_true", help="one line of JSON an epoch, and a last one")
    compare = command("compare", _compare, "put networks side by side: numbers, or a figure with -o")
    compare.add_argument(
        "networks", nargs="+", metavar="NETWORK|COMPARISON",
        help=f"such as resnet50 or resnet:depth=34:shortcut=A; or one of {', '.join(COMPARISONS.names())}",
    )  # fmt: skip
    compare.add_argument("-o", "--output", metavar="FIGURE", help=f"ends in {', '.join(PICTURES)}")
    compare.add_argument("--level", choices=figure.LEVELS, default="layer")
    compare.add_argument("--fold", action="store_true", help="draw runs of equal units once")
    compare.add_argument("--unmarked", action="store_true", help="draw no marks around what differs")
    compare.add_argument("--theme", choices=tuple(figure.THEMES), default="light")
    compare.add_argument(
        "--match", choices=tuple(comparing.QUANTITIES), help="make the others cost what the first does"
    )
    compare.add_argument("--by", choices=comparing.MATCHING, default="", help="the knob that a match turns")
    compare.add_argument("--format", choices=("text", "json"), default="text")
    explain = about_a_network(
        "explain", _explain, "say what the network is, what papers report of it, and why it is so"
    )
    explain.add_argument("--format", choices=("text", "json"), default="text")
    about_a_network("verify", _verify, "compare what is counted with what torch builds; exit 1 where they differ")
    for name, run, help in (
        ("runs", _runs, "list the training runs"),
        ("presets", _presets, "list the presets"),
        ("families", _families, "list the families and their knobs"),
    ):
        command(name, run, help).add_argument("--format", choices=("text", "json"), default="text")
    return parser


def _knob_help(kinds: Iterable[tuple[str, type[Spec]]]) -> str:
    lines = []
    for words, cls in kinds:
        lines.append(f"knobs of {words}, as flags:")
        lines.extend(f"  {k.flag:<16} {k.title}: {k.help}" for k in cls.knobs())
    return "\n".join(lines).replace("%", "%%")


def _split(arguments: Sequence[str]) -> tuple[Texts, list[str]]:
    """The knobs' flags (--name value, --name=value, --toggle, --no-toggle) as texts, and the other arguments.

    Raises SpecError.
    """
    kinds = _kinds()
    texts: Texts = {}
    rest, words = [], list(arguments)
    while words:
        word = words.pop(0)
        flag, given, value = word.removeprefix("--").partition("=")
        name = flag.replace("-", "_")
        if word.startswith("--no-") and kinds.get(name.removeprefix("no_")) == "bool":
            if given:
                raise SpecError(f"--{flag} takes no value")
            name, given, value = name.removeprefix("no_"), "=", "false"
        if not word.startswith("--") or name not in kinds:
            rest.append(word)
            continue
        if not given and kinds[name] == "bool":
            value = "true"
        elif not given and not words:
            raise SpecError(f"--{flag} needs a value")
        elif not given:
            value = words.pop(0)
        if name in texts:
            raise SpecError(f"--{flag} is given twice")
        texts[name] = value
    return texts, rest


def _kinds() -> dict[str, str]:
    classes: list[type[Spec]] = [Recipe, Plan, *(entry.thing for entry in FAMILIES)]
    return {k.name: k.kind for cls in classes for k in cls.knobs()}


def _asked(options: argparse.Namespace, texts: Texts) -> NetSpec | list[NetSpec]:
    """What a command is about: one network, or a list where the JSON holds a list; raises SpecError."""
    if options.spec is None:
        if options.network is None:
            raise SpecError("name a preset or a family, such as resnet50, or give --spec FILE")
        return named(options.network, texts)
    if options.network is not None:
        raise SpecError("give a preset or a family, or --spec FILE, not both")
    value = _read_json(options.spec)
    if isinstance(value, list):
        return [_from_json(item, texts) for item in value]
    return _from_json(value, texts)


def _from_json(value: object, texts: Texts) -> NetSpec:
    """The network of a JSON object, the knobs given as flags in place of its own; raises SpecError."""
    spec = from_json(value)
    return from_json({**value, **spec.parse(texts)}) if texts and isinstance(value, dict) else spec


def _specs(options: argparse.Namespace, texts: Texts) -> list[NetSpec]:
    asked = _asked(options, texts)
    return asked if isinstance(asked, list) else [asked]


def _read_json(file: str) -> object:
    try:
        # Windows' editors begin a file with a byte-order mark
        text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8-sig")
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SpecError(f"{'standard input' if file == '-' else file} is not JSON: {error}") from None


def _one(options: argparse.Namespace, texts: Texts) -> NetSpec:
    specs = _specs(options, texts)
    if len(specs) != 1:
        raise SpecError(f"this command takes one network, and {options.spec} holds {len(specs)}")
    return specs[0]


def _table(options: argparse.Namespace, texts: Texts) -> int:
    asked = _asked(options, texts)
    specs = asked if isinstance(asked, list) else [asked]
    if options.format == "json":
        documents = [tables.document(to_json(spec), spec.title(), spec.node()) for spec in specs]
        print(json.dumps(documents if isinstance(asked, list) else documents[0]))
        return 0
    if options.formulas:
        for spec in specs:
            sys.stdout.write(formulas.text(spec.title(), spec.node(), options.by))
        return 0
    write = TABLES[options.format].thing
    for spec in specs:
        node = spec.node()
        sys.stdout.write(write(spec.title(), tables.rows(node, options.by), tables.totals(node)))
    return 0


def _cost(options: argparse.Namespace, texts: Texts) -> int:
    if options.why is None:
        return _ledger(options, texts, conventions.document, conventions.text)
    return _ledger(
        options,
        texts,
        lambda node: {**conventions.document(node), "why": reasons.why(options.why, node).json()},
        lambda title, node: reasons.text(title, node, options.why),
    )


def _memory(options: argparse.Namespace, texts: Texts) -> int:
    own = {k.name for k in Plan.knobs()}
    plan = Plan.of_text({name: text for name, text in texts.items() if name in own})
    others = {name: text for name, text in texts.items() if name not in own}
    return _ledger(
        options,
        others,
        lambda node: memory.document(node, plan),
        lambda title, node: memory.text(title, node, plan),
    )


def _depth(options: argparse.Namespace, texts: Texts) -> int:
    return _ledger(options, texts, lambda node: depth.ledger(node).json(), depth.text)


def _ledger(
    options: argparse.Namespace,
    texts: Texts,
    document: Callable[[Node], dict[str, object]],
    text: Callable[[str, Node], str],
) -> int:
    """Print a ledger of each network, as text or as JSON: one object, or a list where a list was asked for."""
    asked = _asked(options, texts)
    specs = asked if isinstance(asked, list) else [asked]
    if options.format == "json":
        documents = [{"spec": to_json(spec), "title": spec.title(), **document(spec.node())} for spec in specs]
        print(json.dumps(documents if isinstance(asked, list) else documents[0]))
        return 0
    for spec in specs:
        sys.stdout.write(text(spec.title(), spec.node()))
    return 0


def _draw(options: argparse.Namespace, texts: Texts) -> int:
    spec = _one(options, texts)
    save(Path(options.output), spec.node(), spec.title(), options.view, options.level, options.theme)
    return 0


def _compare(options: argparse.Namespace, texts: Texts) -> int:
    _no_knobs(texts)
    specs = [from_text(text) for text in compared(tuple(options.networks))]
    if options.match:
        specs = _matched(specs, options.match, options.by)
    if options.output:
        named_nodes = [(spec.title(), spec.node()) for spec in specs]
        colours = figure.THEMES[options.theme]
        svg = figure.compared(named_nodes, options.level, colours, folded=options.fold, marking=not options.unmarked)
        save_svg(Path(options.output), svg)
    elif options.format == "json":
        print(json.dumps(comparing.document(specs)))
    else:
        sys.stdout.write(comparing.text(specs))
    return 0


def _matched(specs: list[NetSpec], quantity: comparing.Quantity, by: str) -> list[NetSpec]:
    """The networks, all but the first turned to cost what the first does; how near they come goes to stderr."""
    target = getattr(tables.costs(specs[0].node()), quantity)
    matches = [comparing.match(spec, target, quantity, by) for spec in specs[1:]]
    for match in matches:
        print(f"{match.spec.title()}: {match.sentence(quantity)}", file=sys.stderr)
    return [specs[0], *(match.spec for match in matches)]


def _code(options: argparse.Namespace, texts: Texts) -> int:
    text = source(_one(options, texts))
    if options.output:
        Path(options.output).write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)
    return 0


def _train(options: argparse.Namespace, texts: Texts) -> int:
    own = {k.name for k in Recipe.knobs()}
    recipe = Recipe.of_text({name: text for name, text in texts.items() if name in own})
    spec = _one(options, {name: text for name, text in texts.items() if name not in own})
    run = launch(spec, recipe)
    try:
        return _follow(run, options.json)
    except KeyboardInterrupt:
        store.stop(run)
        raise


def _follow(run: store.Run, as_json: bool) -> int:
    last: dict[str, object] = {}
    for row in store.follow(run):
        if row["kind"] == "epoch":
            last = row
            print(json.dumps(row) if as_json else _epoch(row), flush=True)
    state = run.state()
    accuracy = 1.0 - float(str(last["test_error"])) if last else None
    if as_json:
        print(json.dumps({"run": run.id, "state": state, "test_accuracy": accuracy, "message": run.message()}))
    else:
        print(f"{run.id}: {state}" + (f", test accuracy {accuracy:.4f}" if accuracy is not None else ""))
    if state in ("finished", "stopped"):
        return 0
    print(f"resviz: {run.message()}", file=sys.stderr)
    return 1


def _epoch(row: dict[str, object]) -> str:
    return (
        f"epoch {row['epoch']:>4}  training loss {row['train_loss']:.4f}  error {row['train_error']:.4f}  "
        f"test error {row['test_error']:.4f}  {row['images_per_second']:,.0f} images/s"
    )


def _explain(options: argparse.Namespace, texts: Texts) -> int:
    asked = _asked(options, texts)
    specs = asked if isinstance(asked, list) else [asked]
    if options.format == "json":
        documents = [explanation.document(spec) for spec in specs]
        print(json.dumps(documents if isinstance(asked, list) else documents[0]))
    else:
        sys.stdout.write("\n".join(explanation.text(spec) for spec in specs))
    return 0


def _verify(options: argparse.Namespace, texts: Texts) -> int:
    agreed = True
    with closing(Torch()) as torch:
        for spec in _specs(options, texts):
            result = torch.verify(spec)
            agreed = agreed and result["ok"]
            print("\n  ".join([f"{spec.title()}: {checked.line(result)}", *result["mismatches"]]))
    return 0 if agreed else 1


def _runs(options: argparse.Namespace, texts: Texts) -> int:
    _no_knobs(texts)
    runs = store.listed()
    if options.format == "json":
        print(json.dumps([{"id": run.id, **run.config(), **asdict(status(run))} for run in runs]))
        return 0
    for run in runs:
        print(f"{run.id}  {run.state():<12} {run.config()['title']}")
    return 0


def _presets(options: argparse.Namespace, texts: Texts) -> int:
    _no_knobs(texts)
    if options.format == "json":
        found = [{"name": e.name, "title": e.title, "cite": e.cite, "family": e.thing.family, "knobs": e.thing.knobs}
                 for e in PRESETS]  # fmt: skip
        print(json.dumps(found))
        return 0
    for entry in PRESETS:
        print(f"{entry.name:<20} {entry.title:<36} {entry.cite}")
    return 0


def _families(options: argparse.Namespace, texts: Texts) -> int:
    _no_knobs(texts)
    if options.format == "json":
        print(json.dumps([_family(entry) for entry in FAMILIES]))
        return 0
    for entry in FAMILIES:
        print(f"{entry.name}: {entry.title} ({entry.cite})")
        for k in entry.thing.knobs():
            print(f"  {k.flag:<16} {_range(k, entry.thing()):<44} {k.title}: {k.help}")
    return 0


def _family(entry: Entry[type[NetSpec]]) -> dict[str, object]:
    knobs = [_knob(k, entry.thing()) for k in entry.thing.knobs()]
    return {"name": entry.name, "title": entry.title, "cite": entry.cite, "knobs": knobs}


def _knob(k: Knob, spec: NetSpec) -> dict[str, object]:
    return {"name": k.name, "flag": k.flag, "kind": k.kind, "title": k.title, "help": k.help, "low": k.low,
            "high": k.high, "choices": list(spec.offered(k)) or None, "default": spec.json()[k.name]}  # fmt: skip


def _range(k: Knob, spec: NetSpec) -> str:
    options = spec.offered(k)
    if options:
        return "|".join(map(str, options)) if len(options) < 8 else f"{options[0]}…{options[-1]}"
    return f"{k.low:g}…{k.high:g}" if k.low is not None and k.high is not None else k.kind


def _no_knobs(texts: Texts) -> None:
    if texts:
        raise SpecError(f"this command has no --{next(iter(texts))}")
