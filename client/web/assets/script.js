// What is nicer with a script. Every form works without it.
"use strict";
const one = (selector) => document.querySelector(selector);

// Moments in the time of this machine, which the page says.
const parts = { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", timeZoneName: "short" };
const local = new Intl.DateTimeFormat("sv", parts);
const tell = () => {
  for (const time of document.querySelectorAll("time[datetime]")) time.textContent = local.format(new Date(time.dateTime));
};
tell();

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
        tell();
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

// Boxes are drawn on pages: each is written down as numbers, which say where it is.
const boxes = one("[data-boxes]");
if (boxes) {
  const rows = () => [...boxes.querySelectorAll("[data-box]")].map((row) => [...row.querySelectorAll("input")]);
  const sheets = [...document.querySelectorAll(".sheet")];
  const show = () => {
    document.querySelectorAll(".sheet .box").forEach((box) => box.remove());
    for (const [page, ...sides] of rows()) {
      const sheet = sheets.find((one) => one.dataset.page === page.value);
      if (!sheet || sides.some((side) => !side.value)) continue;
      const box = document.createElement("div");
      box.className = "box";
      ["left", "top", "width", "height"].forEach((side, at) => { box.style[side] = sides[at].value + "%"; });
      sheet.append(box);
    }
  };
  const write = (page, sides) => {
    let row = rows().find((inputs) => inputs.every((input) => !input.value));
    if (!row) {
      const last = [...boxes.querySelectorAll("[data-box]")].pop();
      const more = last.cloneNode(true);
      more.querySelectorAll("input").forEach((input) => { input.value = ""; });
      last.after(more);
      row = rows().pop();
    }
    [page, ...sides.map((side) => side.toFixed(2))].forEach((value, at) => { row[at].value = value; });
  };
  for (const sheet of sheets) {
    let from;
    const at = (event) => {
      const { left, top, width, height } = sheet.getBoundingClientRect();
      const cut = (part) => Math.min(100, Math.max(0, part * 100));
      return [cut((event.clientX - left) / width), cut((event.clientY - top) / height)];
    };
    sheet.addEventListener("pointerdown", (event) => { event.preventDefault(); from = at(event); sheet.setPointerCapture(event.pointerId); });
    sheet.addEventListener("pointerup", (event) => {
      if (!from) return;
      const to = at(event);
      const [x, y] = [0, 1].map((n) => Math.min(from[n], to[n]));
      const [width, height] = [0, 1].map((n) => Math.abs(from[n] - to[n]));
      from = undefined;
      if (width > 0.3 && height > 0.3) { write(sheet.dataset.page, [x, y, width, height]); show(); }
    });
    sheet.classList.add("drawn");
  }
  boxes.addEventListener("input", show);
  show();
}

// How far a job is; when it has ended, the page says what became of it.
const job = one("[data-job]");
if (job) {
  const ask = async () => {
    const answer = await fetch(job.dataset.job + "?part=1");
    if (answer.status !== 200) return location.reload();
    if (job.setHTML) job.setHTML(await answer.text(), { sanitizer: {} });
    setTimeout(ask, 700);
  };
  setTimeout(ask, 300);
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
  let [used, told, going] = [true, 0, 0];
  for (const kind of ["pointerdown", "keydown", "scroll"]) {
    addEventListener(kind, () => { used = true; }, { passive: true });
  }
  addEventListener("submit", () => { going = Date.now(); });
  addEventListener("pageshow", () => { going = 0; });
  const ask = async () => {
    const here = used && Date.now() - told > 10000;
    if (here) [used, told] = [false, Date.now()];
    const said = await fetch(here ? "/still?used=1" : "/still").then((answer) => answer.ok ? answer.text() : "locked", () => "");
    if (said === "left") return location.replace("about:blank");
    // What was just sent brings a page of its own.
    if (Date.now() - going < 5000 || said === "open") return;
    if (said && lock && typed()) lock.requestSubmit();
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
