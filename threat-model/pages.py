"""The threat model's pages, written from its data."""

NOTE = "<!-- Written by threat-model/model.py --write from the data beside it: change those. -->\n"
LETTERS = {
    "stride": {
        "S": "spoofing", "T": "tampering", "R": "repudiation", "I": "disclosure of information", "D": "denial of service", "E": "elevation of privilege",
    },
    "linddun": {
        "L": "linking", "I": "identifying", "N": "non-repudiation", "D": "detecting", "A": "disclosure of data", "U": "unawareness, no means to intervene", "C": "non-compliance",
    },
}
STATES = {"played": "played", "absent": "absent, and a test says so", "never": "cannot apply", "accepted": "accepted", "open": "open", "unknown": "unknown"}


def table(head, rows):
    """A table of Markdown."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(str(cell).replace("|", "\\|") for cell in row) + " |" for row in rows]) + "\n"


def number(count, thing):
    """A count in words that read well."""
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def bullets(lines):
    """A list of Markdown."""
    return "\n".join("- " + line for line in lines) + "\n"


def grouped(groups, say):
    """Parts under a heading each; `say` has the sentence of an id."""
    return [part for group in groups for part in (f"### {group['head']}\n", bullets(map(say, group["of"])))]


def brief(entry, field="says"):
    """What the page says of an entry; the other pages have it exactly."""
    return entry.get("short") or entry[field]


def counted(states, but=()):
    """How many of some threats stand how."""
    return ", ".join(f"{states.count(state)} {state}" for state in STATES if state in states and state not in but)


def still(model):
    """Attacks that are open: one by what it is, several that lack the same by what that is."""
    missing = {}
    for threat, entry in model.threats.items():
        if "open" in entry:
            missing.setdefault(entry["open"], []).append(threat)
    for what, (threat, *others) in missing.items():
        if others:
            yield f"{threat} to {others[-1]}, {number(1 + len(others), 'attack')}: {what}"
        else:
            yield f"{threat}: {model.threats[threat]['title']}."


def readme(model):
    """What is promised, against whom, and what is not: ten minutes."""
    page, promises, residuals = model.data["page"], model.of("property"), model.of("residual")

    def promise(identifier):
        states = [model.status(threat) for threat, entry in model.threats.items() if entry["keeps"] == identifier]
        others = counted(states, but=("played",))
        return brief(promises[identifier]) + (f" ({others})" if others else "")

    more = len(residuals) - sum(len(group["of"]) for group in page["unpromised"])
    figures = {"threats": len(model.threats), "tests": len(model.tests) + len(model.absences), "defences": len(model.defences)}
    parts = [NOTE, "# Threat model\n", *(text + "\n" for text in page["opening"])]
    parts += ["Words:\n", bullets(f"**{word}**: {meaning}" for word, meaning in page["words"].items())]
    parts += ["## What is promised\n", page["tested"] + "\n", *grouped(page["promised"], promise)]
    parts += ["## Against whom\n", bullets(f"**{entry['who']}**: {brief(entry, 'can')}" for entry in model.data["adversary"]), page["assumed"] + "\n"]
    parts += ["## What is not promised\n", page["left"].format(more=more) + "\n", *grouped(page["unpromised"], lambda identifier: brief(residuals[identifier]))]
    parts += ["## What each server learns\n", bullets(page["learns"])]
    parts += ["## What you have to do yourself\n", bullets(page["duties"])]
    parts += ["## If something happens\n", bullets(f"**{entry['what']}.** {entry['holds']} {entry['do']}" for entry in page["happens"])]
    counts = counted([model.status(threat) for threat in model.threats])
    parts += ["## How this is checked\n", page["checked"].format(counts=counts, **figures) + "\n"]
    open_still = list(still(model))
    if open_still:
        parts += ["## What is open\n", bullets(open_still)]
    return "\n".join(parts)


def cell(model, element, letter, letters):
    """One cell of a grid: its threats, or why there are none."""
    threats = model.cell(element, letter, letters)
    return " ".join(threats) if threats else f"none: {model.reason(element, letter, letters)}"


def grid(model, entry, letters, applicable):
    """An element's or flow's cells."""
    names = LETTERS[letters]
    return table(("", ""), [(names[letter], cell(model, entry["id"], letter, letters)) for letter in dict.fromkeys(applicable)])


def system(model, applicable, linddun):
    """What there is, what it is worth, and which threats each element meets."""
    parts = [NOTE, "# The system, its assets, its adversaries, and its threats by element\n", "Numbers are threats of [matrix.md](matrix.md).\n", "## Assets\n"]
    promised = {asset: [entry["id"] for entry in model.data["property"] if asset in entry["asset"]] for asset in model.of("asset")}
    parts.append(table(("Asset", "harm if it is lost", "kept by"), [(entry["what"], entry["harm"], ", ".join(promised[entry["id"]])) for entry in model.data["asset"]]))
    parts.append("## Adversaries\n")
    parts.append(table(("Who", "can", "cannot (that is assumed)"), [(entry["who"], entry["can"], entry.get("cannot", "–")) for entry in model.data["adversary"]]))
    parts.append(model.data["page"]["assumed"] + "\n")
    parts.append("## Promises, and where in the code they are kept\n")
    rows = [(entry["id"], entry["says"], ", ".join(f"`{place}`" for place in entry["kept"])) for entry in model.data["property"]]
    parts.append(table(("", "promise", "kept in"), rows))
    parts.append("## Elements and flows\n")
    for entry in model.data["element"]:
        parts.append(f"### {entry['id']}: {entry['kind']}\n")
        parts.append(entry["what"] + ".\n")
        parts.append(grid(model, entry, "stride", applicable[entry["kind"]]))
        if entry.get("personal"):
            parts.append("As a flow of personal data (LINDDUN):\n")
            parts.append(grid(model, entry, "linddun", linddun))
    parts.append("## What is left, exactly\n")
    parts.append("\n".join(f"- **{entry['id']}.** {entry['says']} {entry.get('more', '')}".rstrip() for entry in model.data["residual"]) + "\n")
    return "\n".join(parts)


def leakage(model):
    """Field by field, what servers see."""
    data = model.leakage
    parts = [NOTE, "# What each server sees, field by field\n", model.data["page"]["leakage"] + "\n"]
    for server in ("keyserver", "vault"):
        parts.append(f"## The {server}\n")
        rows = [
            (f"`{message['at']}`", message.get("asked", "–"), message.get("answered", "–"), message["learns"])
            for message in data["message"]
            if message["server"] in (server, "both")
        ]
        parts.append(table(("message", "body", "answer", "it learns"), rows))
    parts.append("## Headers and queries\n")
    parts.append(table(("", "tells"), [(f"`{name}`", tells) for kind in ("header", "query") for name, tells in data[kind].items()]))
    parts.append("## Structures\n")
    rows = []
    for structure, fields in data["structure"].items():
        own = data["own"].get(structure, {})
        tells = [f"`{field}`: {own.get(field) or data['field'].get(field)}" if field[0].islower() else field for field in fields]
        rows.append((structure, "; ".join(tells)))
    parts.append(table(("structure", "fields, and what each tells"), rows))
    parts.append("## Structures that do not travel\n")
    parts.append(table(("structure", ""), list(data["inside"].items())))
    return "\n".join(parts)


def matrix(model):
    """Every threat: how it stands, what plays it, what keeps it off."""
    parts = [NOTE, "# Every attack, how it stands, and what plays it\n", model.data["page"]["matrix"] + "\n"]
    who = {identifier: entry["who"] for identifier, entry in model.of("adversary").items()}
    parts.append(table(("", "attack", "stands"), [(f"[{threat}](#{threat.lower()})", entry["title"], STATES[model.status(threat)]) for threat, entry in model.threats.items()]))
    for threat, entry in model.threats.items():
        parts.append(f"## {threat}\n")
        critical = " Critical." if entry.get("critical") else ""
        parts.append(f"{entry['title']}. By: {'; '.join(who[by].lower() if by != 'operators' else who[by] for by in entry['by'])}. Would break: {entry['keeps']}.{critical}\n")
        for word in ("never", "accepted", "open"):
            if word in entry:
                parts.append(f"{STATES[word].capitalize()}: {entry[word]}\n")
        if model.status(threat) == "absent" or model.playing(threat, model.absences):
            parts.append("\n".join(f"- absent by `{test}` in `{name}`" for test, name in model.playing(threat, model.absences).items()) + "\n")
        kept = [f"- kept off by: {defence['what']} (`{defence['file']}`)" for defence in model.defences if threat in defence["attacks"]]
        played = [f"- played by `{test}` in `{name}`" for test, name in model.playing(threat).items()]
        left = [f"- left: {model.of('residual')[residual]['says']}" for residual in entry.get("left", [])]
        parts.append("\n".join(kept + played + left) + "\n")
    return "\n".join(part for part in parts if part.strip())


def all(model):
    """Every page by its name."""
    import model as rules

    return {
        "README.md": readme(model),
        "system.md": system(model, rules.STRIDE, rules.LINDDUN),
        "leakage.md": leakage(model),
        "matrix.md": matrix(model),
    }
