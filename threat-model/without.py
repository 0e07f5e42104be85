#!/usr/bin/env python3
"""Plays attacks against builds whose defence is taken out: a test that plays an attack must fail then.

  without.py                every change of defences/, in a copy of this tree under target/without: one build has them all, each behind a switch
                            (switch.py); what cannot stand behind one, or is not seen there, is built by itself
  without.py --on           the same, without those that were seen before, of whose files and tests nothing has changed since
  without.py A18 D13        those of these attacks alone
  without.py --check        nothing is built: that places, tests and marks are as defences/ says

Exits with 0 if every test that is named failed, and no other way than by failing."""

import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

try:
    import tomllib
except ImportError:  # before Python 3.11
    from pip._vendor import tomli as tomllib

import switch

ROOT = pathlib.Path(__file__).resolve().parent.parent
COPY = ROOT / "target/without/tree"
SEEN = ROOT / "target/without/seen.txt"
PLAYS = re.compile(r"^\s*// Plays ((?:[A-Z]\d\d(?:, | and )?)+)", re.MULTILINE)
FUNCTION = re.compile(r"^\s*(?:pub )?(?:async )?fn (\w+)", re.MULTILINE)


def sources():
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, check=True, stdout=subprocess.PIPE)
    names = listed.stdout.decode().split("\0")
    return [name for name in names if name and (ROOT / name).is_file()]


def package(name):
    """The cargo package that a file belongs to."""
    for parent in (ROOT / name).parents:
        manifest = parent / "Cargo.toml"
        if manifest.exists() and "package" in (content := tomllib.loads(manifest.read_text())):
            return content["package"]["name"]
    raise SystemExit(f"{name} is in no package")


def target(name):
    """What cargo has to build for the tests in a file: its package's own, or one of those beside it."""
    found = re.fullmatch(r"(.+?)/tests/(\w+)(\.rs|/.+)", name)
    return ("--test", found[2]) if found and (ROOT / found[1] / "Cargo.toml").exists() else ("--lib",)


def mark(defence, tests):
    """What stands for a defence as it is now, and the tests that must fail without it."""
    files = sorted({defence["file"], *(tests[test][0] for test in defence["fails"])})
    content = [json.dumps(defence, sort_keys=True).encode(), *((ROOT / name).read_bytes() for name in files)]
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in content)).hexdigest()


def load(name):
    """A file of the model's data."""
    return tomllib.loads((ROOT / "threat-model" / name).read_text())


def defences():
    """What is taken out, of every area."""
    return [defence for part in sorted((ROOT / "threat-model/defences").glob("*.toml")) for defence in load(f"defences/{part.name}")["defence"]]


def marked(mark=PLAYS):
    """Tests that carry a mark: where each is, and which attacks it names."""
    tests = {}
    for name in sources():
        if not name.endswith(".rs"):
            continue
        text = (ROOT / name).read_text()
        for found in mark.finditer(text):
            function = FUNCTION.search(text, found.end())
            ids = re.findall(r"[A-Z]\d\d", found[1])
            tests.setdefault(function[1], (name, set()))[1].update(ids)
    return tests


def changes(defence):
    """What is changed into what, in the defence's file."""
    find, put = defence["find"], defence["with"]
    return [(find, put)] if isinstance(find, str) else list(zip(find, put, strict=True))


def problems(defences, tests):
    """What is not as the lists of defences say."""
    proved = {}
    for defence in defences:
        what = defence["what"]
        for find, _ in changes(defence):
            times = (ROOT / defence["file"]).read_text().count(find)
            if times != 1:
                yield f"{what}: what is to be changed stands {times} times in {defence['file']}"
        if not defence["fails"]:
            yield f"{what}: no test"
        played = set()
        for test in defence["fails"]:
            if test not in tests:
                yield f"{what}: no test {test} plays an attack"
                continue
            played |= tests[test][1]
            proved.setdefault(test, set()).update(defence["attacks"])
        for attack in set(defence["attacks"]) - played:
            yield f"{what}: none of its tests plays {attack}"
    for test, (name, attacks) in tests.items():
        for attack in sorted(attacks - proved.get(test, set())):
            yield f"{name}: {test} plays {attack}, and no defence against it is taken out"


def copy():
    """Brings the copy up to date. Files that are the same keep their times, so that cargo builds what changed."""
    wanted = set(sources())
    for old in COPY.rglob("*"):
        if old.is_file() and str(old.relative_to(COPY)) not in wanted:
            old.unlink()
    for name in wanted:
        here, there = ROOT / name, COPY / name
        if not there.exists() or there.read_bytes() != here.read_bytes():
            there.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(here, there)


def run(*command, without=None):
    # What is built is run a few times: what a debugger would need is left out, and what did not change is not compiled again.
    settings = {"CARGO_TARGET_DIR": str(ROOT / "target/without/build"), "CARGO_TERM_COLOR": "never", "CARGO_PROFILE_DEV_DEBUG": "0", "CARGO_INCREMENTAL": "1"}
    if without is not None:
        settings[switch.VARIABLE] = str(without)
    return subprocess.run(command, cwd=COPY, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env={**os.environ, **settings})


def build():
    """Builds everything: what was printed if it does not, and where what is wrong is."""
    built = run("cargo", "build", "--locked", "--quiet", "--workspace", "--bins", "--tests", "--message-format", "json")
    if built.returncode == 0:
        built = run("tests/programs.sh")
        return ([], "") if built.returncode == 0 else ([], built.stdout)
    lines = [json.loads(line) for line in built.stdout.splitlines() if line.startswith("{")]
    wrong = [line["message"] for line in lines if line.get("reason") == "compiler-message" and line["message"]["level"] == "error"]
    spans = [(span["file_name"], span["byte_start"]) for message in wrong for span in message["spans"] if span["is_primary"]]
    return spans, "\n".join(message["rendered"] for message in wrong) or built.stdout


def build_switched(chosen):
    """Builds, once, all of these changes that can stand behind a switch: their numbers."""
    numbered = {number: defence for number, defence in enumerate(chosen) if defence["file"].endswith(".rs")}
    while True:
        arms = {}
        for file in {defence["file"] for defence in chosen if defence["file"].endswith(".rs")}:
            here = {number: changes(defence) for number, defence in numbered.items() if defence["file"] == file}
            text, arms[file] = switch.switched((ROOT / file).read_text(), here)
            (COPY / file).write_text(text)
        numbered = {number: numbered[number] for inside in arms.values() for number in inside}
        spans, said = build()
        if not said:
            return set(numbered)
        # What does not compile beside what it stands for, of another type for example, is built by itself.
        wrong = {number for file, at in spans for number, bodies in arms.get(file, {}).items() if any(begin <= at <= end for begin, end in bodies)}
        wrong = wrong or {number for file, _ in spans for number in arms.get(file, {})}
        if not wrong:
            raise SystemExit(said)
        numbered = {number: defence for number, defence in numbered.items() if number not in wrong}


def failing(defence, tests, number=None):
    """What was printed if the tests do not all fail, and no other way than by failing, without this defence."""
    said = ""
    for name, built in sorted({(package(tests[test][0]), target(tests[test][0])) for test in defence["fails"]}):
        here = [test for test in defence["fails"] if (package(tests[test][0]), target(tests[test][0])) == (name, built)]
        chosen = " | ".join(f"test(/(^|::){test}$/)" for test in here)
        kind = f"kind({built[0][2:]})" if len(built) == 1 else f"binary({built[1]})"
        said += run("cargo", "nextest", "run", "--locked", "--no-fail-fast", "--retries", "0", "--workspace", "-E", f"package({name}) & {kind} & ({chosen})", without=number).stdout
    failed = {line.split("::")[-1].split()[-1] for line in said.splitlines() if re.match(r"\s+(FAIL|SIGABRT|TIMEOUT)\b", line)}
    return None if failed == set(defence["fails"]) else said


def failing_built(defence, tests):
    """The same in a build of its own."""
    place = COPY / defence["file"]
    as_is, without = place.read_text(), (ROOT / defence["file"]).read_text()
    for find, put in changes(defence):
        without = without.replace(find, put)
    place.write_text(without)
    try:
        return build()[1] or failing(defence, tests)
    finally:
        place.write_text(as_is)


def main(arguments):
    chosen = defences()
    tests = marked()
    wrong = list(problems(chosen, tests))
    if wrong:
        raise SystemExit("\n".join(wrong))
    attacks = sorted({attack for defence in chosen for attack in defence["attacks"]})
    print(f"{len(chosen)} defences, {len(tests)} tests, {len(attacks)} attacks: {' '.join(attacks)}")
    if arguments == ["--check"]:
        return
    if arguments == ["--on"]:
        seen = set(SEEN.read_text().split()) if SEEN.exists() else set()
        chosen, arguments = [defence for defence in chosen if mark(defence, tests) not in seen], []
    chosen = [defence for defence in chosen if not arguments or set(arguments) & set(defence["attacks"])]
    copy()
    marks = [mark(defence, tests) for defence in chosen]  # of what was copied
    switches = build_switched(chosen)
    stood, later = [], []

    def judge(number, by_itself, began):
        defence = chosen[number]
        said = failing_built(defence, tests) if by_itself else failing(defence, tests, number)
        if said and not by_itself:
            return later.append(number)
        verdict = "fail without it" if said is None else "DO NOT ALL FAIL"
        print(f"{number + 1}/{len(chosen)} {','.join(defence['attacks'])}: {defence['what']}: {len(defence['fails'])} tests {verdict} ({time.monotonic() - began:.0f} s)", flush=True)
        if said is None:
            with open(SEEN, "a") as seen:
                seen.write(marks[number] + "\n")
        else:
            stood.append(defence["what"])
            print(said[-4000:], flush=True)

    for number in range(len(chosen)):
        if number in switches:
            judge(number, False, time.monotonic())
        else:
            later.append(number)
    print(f"{len(chosen) - len(later)} were behind a switch; {len(later)} are built by themselves", flush=True)
    for number in list(later):
        judge(number, True, time.monotonic())
    if stood:
        raise SystemExit(f"{len(stood)} of {len(chosen)} defences can be taken out unnoticed")
    print(f"all {len(chosen)}: every test fails without its defence")


if __name__ == "__main__":
    main(sys.argv[1:])
