#!/usr/bin/env python3
"""Holds the threat model against the code, and writes its pages from its data.

  model.py                 checks everything that can be seen without running anything
  model.py --write         the same; if nothing is wrong, it writes README.md, system.md, leakage.md and matrix.md anew
  model.py --ran JUNIT     checks that each test that the model names ran and passed, by nextest's report

Exits with 0 if nothing is wrong; says each thing that is."""

import pathlib
import re
import sys
import xml.etree.ElementTree

import pages
import without

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
# Which letters apply to which kind of element (STRIDE per element), and to each flow of personal data (LINDDUN).
STRIDE = {"person": "SR", "process": "STRIDE", "store": "TRID", "flow": "TID"}
LINDDUN = "LINDAUC"
ABSENT = re.compile(r"^\s*// Absent: ((?:[A-Z]\d\d(?:, | and )?)+)", re.MULTILINE)


class Model:
    """The data of the model, with what the code says of it."""

    def __init__(self):
        self.data = without.load("model.toml")
        self.threats = without.load("threats.toml")
        self.leakage = without.load("leakage.toml")
        self.defences = without.defences()
        self.tests = without.marked()
        self.absences = without.marked(ABSENT)

    def of(self, kind):
        """Entries of a kind, by their ids."""
        return {entry["id"]: entry for entry in self.data[kind]}

    def playing(self, threat, tests=None):
        """Names of tests that play a threat, each with its file."""
        tests = self.tests if tests is None else tests
        return {test: name for test, (name, threats) in sorted(tests.items()) if threat in threats}

    def status(self, threat):
        """How a threat stands."""
        entry = self.threats[threat]
        if "open" in entry:
            return "open"
        if self.playing(threat):
            return "played"
        if self.playing(threat, self.absences):
            return "absent"
        return next((word for word in ("never", "accepted") if word in entry), "unknown")

    def cell(self, element, letter, letters):
        """Threats that fill a cell of STRIDE or LINDDUN."""
        return [threat for threat, entry in self.threats.items() if element in entry["on"] and letter in entry.get(letters, "")]

    def reason(self, element, letter, letters):
        """Why no threat fills a cell, if somebody said so."""
        for entry in self.data["nothing"]:
            if entry["on"] == element and letter in entry.get(letters, ""):
                return entry["because"]
        return None


def references(model):
    """Names in the data that name nothing."""
    known = {kind: set(model.of(kind)) for kind in ("adversary", "property", "residual", "element", "asset")}
    for threat, entry in model.threats.items():
        named = [("adversary", entry["by"]), ("element", entry["on"]), ("property", [entry["keeps"]]), ("residual", entry.get("left", []))]
        for kind, ids in named:
            for unknown in set(ids) - known[kind]:
                yield f"{threat}: there is no {kind} {unknown}"
        if set(entry.get("stride", "")) - set("STRIDE") or set(entry.get("linddun", "")) - set(LINDDUN):
            yield f"{threat}: a letter that means nothing"
    for promise in model.data["property"]:
        for unknown in set(promise["asset"]) - known["asset"]:
            yield f"{promise['id']}: there is no asset {unknown}"
        for place in promise["kept"]:
            if not (ROOT / place).exists():
                yield f"{promise['id']}: there is no {place}"
    unused = known["residual"] - {residual for entry in model.threats.values() for residual in entry.get("left", [])}
    for residual in sorted(unused - {"classical", "rubbish", "key-store", "supply", "unreviewed"}):
        yield f"{residual}: no threat leaves it"


def page(model):
    """What the page names that is not there, names twice, or forgets to promise."""
    for groups, kind in (("promised", "property"), ("unpromised", "residual")):
        named = [identifier for group in model.data["page"][groups] for identifier in group["of"]]
        for wrong in sorted({identifier for identifier in named if identifier not in model.of(kind) or named.count(identifier) > 1}):
            yield f"page.{groups}: {wrong} is no {kind}, or stands twice"
        if kind == "property":
            yield from (f"{forgotten}: the page does not promise it" for forgotten in sorted(set(model.of(kind)) - set(named)))


def statuses(model):
    """Threats of which it is not said how they stand, or twice."""
    for threat in model.threats:
        status = model.status(threat)
        entry = model.threats[threat]
        if status == "unknown":
            yield f"{threat}: no test plays it, and nothing says why"
        for word in {"never", "accepted"} & set(entry):
            if status != word:
                yield f"{threat}: it is {status}, and said to be {word}"
        if status == "accepted" and not entry.get("left"):
            yield f"{threat}: it is accepted, and nothing tells users"
        if status == "played" and model.playing(threat, model.absences):
            yield f"{threat}: it is played, and a test says that it is absent"
    for tests in (model.tests, model.absences):
        for test, (name, threats) in tests.items():
            for unknown in threats - set(model.threats):
                yield f"{name}: {test} names {unknown}, which is no threat"


def cells(model):
    """Cells of STRIDE and LINDDUN that are empty without a reason, or have both threats and a reason."""
    for element in model.data["element"]:
        grids = [("stride", STRIDE[element["kind"]])] + ([("linddun", LINDDUN)] if element.get("personal") else [])
        for letters, applicable in grids:
            for letter in dict.fromkeys(applicable):
                threats = model.cell(element["id"], letter, letters)
                reason = model.reason(element["id"], letter, letters)
                if not threats and not reason:
                    yield f"{element['id']}: {letters} {letter} is empty"
                if threats and reason:
                    yield f"{element['id']}: {letters} {letter} is said to be empty, and is not: {' '.join(threats)}"


def written(name):
    """Structures of a file of wire/ that are encoded, with the names of their fields or variants."""
    text = (ROOT / name).read_text()
    for found in re.finditer(r"#\[derive\(([^)]*)\)\]\n(?:#\[[^\n]*\n)*(?:pub )?(struct|enum) (\w+)[^{;(]*\{\n(.*?)\n\}", text, re.DOTALL):
        derived, kind, structure, body = found.groups()
        if "TlsSerialize" in derived or structure in ("Batch",):
            field = r"^    (?:pub )?(\w+):" if kind == "struct" else r"^    ([A-Z]\w*)"
            yield structure, re.findall(field, body, re.MULTILINE)


def structures(model):
    """Fields that the list of leakage lacks, or has and the code has not."""
    listed = model.leakage["structure"]
    seen = set()
    for name in without.sources():
        if not name.startswith("wire/src/") or not name.endswith(".rs"):
            continue
        for structure, fields in written(name):
            seen.add(structure)
            if structure in model.leakage["inside"] or structure == "Label":
                continue
            if listed.get(structure) != fields:
                yield f"leakage.toml: {structure} is {fields} in {name}"
    for gone in sorted(set(listed) - seen):
        yield f"leakage.toml: there is no structure {gone}"
    for structure, fields in listed.items():
        for field in fields:
            own = model.leakage["own"].get(structure, {})
            if field[0].islower() and field not in own and field not in model.leakage["field"]:
                yield f"leakage.toml: nothing says what {structure}.{field} tells"


def stale(model):
    """Pages that are not what their data say."""
    for name, text in pages.all(model).items():
        place = HERE / name
        if not place.exists() or place.read_text() != text:
            yield f"threat-model/{name} is not what its data say: threat-model/model.py --write"


def ran(model, report):
    """Tests that the model names and that did not run and pass."""
    passed, failed = set(), set()
    for case in xml.etree.ElementTree.parse(report).getroot().iter("testcase"):
        name = case.get("name").split("::")[-1]
        good = all(case.find(outcome) is None for outcome in ("failure", "error", "skipped"))
        (passed if good else failed).add(name)
    for tests in (model.tests, model.absences):
        for test, (name, _) in sorted(tests.items()):
            if test in failed or test not in passed:
                yield f"{name}: {test} {'failed' if test in failed else 'did not run'}"


def main(arguments):
    model = Model()
    if arguments[:1] == ["--ran"]:
        wrong = list(ran(model, arguments[1]))
        print(f"{len(model.tests) + len(model.absences)} tests are named, {len(wrong)} did not run and pass")
    else:
        checks = (references, page, statuses, cells, structures)
        wrong = list(without.problems(model.defences, model.tests)) + [problem for check in checks for problem in check(model)]
        if not wrong and "--write" in arguments:
            for name, text in pages.all(model).items():
                (HERE / name).write_text(text)
        elif not wrong:
            wrong = list(stale(model))
        states = [model.status(threat) for threat in model.threats]
        print(", ".join(f"{states.count(state)} {state}" for state in pages.STATES if state in states))
    if wrong:
        raise SystemExit("\n".join(wrong))


if __name__ == "__main__":
    main(sys.argv[1:])
