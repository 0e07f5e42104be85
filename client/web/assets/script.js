// What is nicer with a script. Every form works without it.
"use strict";
const one = (selector) => document.querySelector(selector);

// Search as one types: the list alone is asked for and put in its place.
const search = one("[data-search]");
if (search && Element.prototype.setHTML) {
  let asked = 0;
  search.addEventListener("input", () => {
    const mine = ++asked;
    setTimeout(async () => {
      if (mine !== asked) return;
      const body = new URLSearchParams([...new FormData(search), ["part", "1"]]);
      const answer = await fetch(search.action, { method: "POST", body });
      if (answer.ok && mine === asked) {
        one("#results").setHTML(await answer.text(), { sanitizer: {} });
      }
    }, 200);
  });
}

// Documents are dropped; what was chosen is listed, and how much was read is shown.
const drop = one("[data-drop]");
if (drop) {
  const [input, place] = [drop.querySelector("input[type=file]"), drop.querySelector(".drop")];
  const over = (event, on) => { event.preventDefault(); place.classList.toggle("over", on); };
  drop.addEventListener("dragover", (event) => over(event, true));
  drop.addEventListener("dragleave", (event) => over(event, false));
  drop.addEventListener("drop", (event) => {
    over(event, false);
    if (event.dataTransfer.files.length) input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change"));
  });
  input.addEventListener("change", () => {
    const names = [...input.files].map((file) => {
      const [line, name] = [document.createElement("li"), document.createElement("bdi")];
      name.textContent = file.name;
      line.append(name);
      return line;
    });
    drop.querySelector(".chosen").replaceChildren(...names);
  });
  drop.addEventListener("submit", () => drop.querySelector("progress").classList.add("busy"));
}

// What goes on is looked at again.
if (one("[data-going]")) setTimeout(() => typed() || location.reload(), 2000);

// A form that locks carries what was typed and not sent, so that the next page keeps it.
const typed = () => [...document.querySelectorAll("main form[method=post]:not([data-search])")].find((form) =>
  form.enctype !== "multipart/form-data" && !form.querySelector("[type=password]") &&
  [...form.querySelectorAll("input:not([type=hidden]), textarea, select")].some((field) =>
    field.type === "checkbox" || field.type === "radio" ? field.checked !== field.defaultChecked :
    field.tagName === "SELECT" ? [...field.options].some((one) => one.selected !== one.defaultSelected && one.index > 0) :
    field.value !== field.defaultValue));
const carry = (lock) => {
  const form = typed();
  if (!form) return;
  const add = (name, value) => {
    const field = Object.assign(document.createElement("input"), { type: "hidden", name, value });
    lock.append(field);
  };
  add("draft-to", new URL(form.action).pathname);
  for (const [name, value] of new FormData(form)) add("draft." + name, value);
};
const lock = one("[data-lock]");
if (lock) lock.addEventListener("submit", () => carry(lock));

// Every window asks whether the profile is still open, and says whether somebody is at it. Once it is locked the window goes, with what
// was typed in it; what can be sent nowhere any more stays.
if (document.body.dataset.open) {
  let [used, told, going] = [true, 0, false];
  for (const kind of ["pointerdown", "keydown", "scroll"]) {
    addEventListener(kind, () => { used = true; }, { passive: true });
  }
  addEventListener("submit", () => { going = true; });
  addEventListener("pageshow", () => { going = false; });
  const ask = async () => {
    if (going) return;
    const here = used && Date.now() - told > 10000;
    if (here) [used, told] = [false, Date.now()];
    const said = await fetch(here ? "/still?used=1" : "/still").then((answer) => answer.ok ? answer.text() : "locked", () => "");
    if (going || said === "open") return;
    if (said === "left") location.replace("about:blank");
    else if (said && lock && typed()) lock.requestSubmit();
    else if (said || !typed()) location.replace("/unlock");
  };
  setInterval(ask, 2000);
  for (const kind of ["pageshow", "visibilitychange"]) addEventListener(kind, ask);
}

// Escape three times leaves.
const leave = one("[data-leave]");
let escapes = [];
addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !leave) return;
  escapes = [...escapes.filter((time) => Date.now() - time < 1500), Date.now()];
  if (escapes.length >= 3) leave.requestSubmit();
});
