"""Puts many changes of Rust code into one build, each behind a switch that is looked at as the program runs.

A function that something is changed in gets a second body, and as many more as there are changes: the one that the environment names
runs. Everything else is compiled once."""

import re

VARIABLE = "CASEVAULT_WITHOUT"
# What is no code, what opens and closes, and the words that begin a function.
TOKEN = re.compile(
    r"//[^\n]*|/\*.*?\*/"
    r'|b?r(?P<fence>#*)".*?"(?P=fence)|[bc]?"(?:\\.|[^"\\])*"'
    r"|b?'(?:\\[^\n]{1,10}?|[^'\\\n])'|'\w+"
    r"|\b(?P<const>const\s+)?(?:async\s+)?fn\s+\w+|[{}()\[\];]",
    re.DOTALL,
)


def bodies(text):
    """Where the bodies of functions are, between their braces; not of those that are run as the code is compiled."""
    found, stack, declared = [], [], None
    for token in TOKEN.finditer(text):
        word = token[0]
        if word[-1] in "{([" and len(word) == 1:
            is_body = word == "{" and declared == len(stack)
            stack.append(token.end() if is_body else None)
            declared = None if is_body else declared
        elif len(word) == 1 and word in "})]":
            begin = stack.pop()
            if begin is not None:
                found.append((begin, token.start()))
        elif word == ";" and declared == len(stack):
            declared = None
        elif re.search(r"\bfn\s+\w+$", word):
            declared = None if token["const"] else len(stack)
    return found


def place(text, changes):
    """The functions that these changes are in, each with those of them that are in it; nothing if one is in none."""
    inside, known = {}, bodies(text)
    for find, put in changes:
        begin = text.index(find)
        around = [body for body in known if body[0] <= begin and begin + len(find) <= body[1]]
        if not around:
            return None
        inside.setdefault(max(around), []).append((find, put))
    return inside


def switched(text, numbered):
    """The text with a switch for each of these changes, by number; and for each where its bodies are then. What is in a function within one
    that is switched is left out."""
    functions = {}
    for number, changes in numbered.items():
        for body, inside in (place(text, changes) or {}).items():
            functions.setdefault(body, {})[number] = inside
    outer = [body for body in functions if not any(other[0] < body[0] and body[1] < other[1] for other in functions)]
    left_out = {number for body in functions if body not in outer for number in functions[body]}
    made, at, arms = "", 0, {}
    for begin, end in sorted(outer):
        made, at = made + text[at:begin], end
        for number, inside in functions[begin, end].items():
            if number in left_out:
                continue
            body = text[begin:end]
            for find, put in inside:
                body = body.replace(find, put)
            made += f'if ::std::env::var_os("{VARIABLE}").is_some_and(|number| number == "{number}") {{'
            arms.setdefault(number, []).append((len(made.encode()), len((made + body).encode())))
            made += body + "} else "
        made += "{" + text[begin:end] + "}"
    return made + text[at:], arms
