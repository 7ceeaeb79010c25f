// Keeps a page as it is at this moment: forms are sent and news is fetched without losing place or words.
// Everything here also works without it, by ordinary forms and links.
"use strict";

const PARTS = ["rail", "notice", "head", "flow", "foot", "thread", "tour", "armed", "log", "dialog"];
const PAUSE = 2000;
let tag = "";

const $ = (id) => document.getElementById(id);
const scrolled = (box) => (box.id === "thread" ? box.querySelector(".flow") : box);
const atBottom = (box) => box.scrollHeight - box.scrollTop - box.clientHeight < 60;
const busyIn = (box) => box.contains(document.activeElement) && document.activeElement.matches("input, textarea, select");
const open = (box) => box.querySelector("details[open]");

function keepOpen(box, next) {
  for (const each of box.querySelectorAll("details[open][id]")) {
    next.querySelector(`#${CSS.escape(each.id)}`)?.setAttribute("open", "");
  }
}

function swap(id, page, force) {
  const box = $(id), next = page.getElementById(id);
  if (!box || !next || box.innerHTML === next.innerHTML) return;
  if (id === "foot" && box.querySelector("textarea") && next.querySelector("textarea")) return;
  // A question that was asked waits for its answer; a form is left alone until the app changes it.
  if (id === "dialog" && !force && ["ask", "emoji", hash(next)].includes(hash(box))) return;
  if (["flow", "head", "thread", "rail"].includes(id) && !force && (busyIn(box) || open(box))) return;
  // A conversation is followed to its newest line; App Home stays where its reader is.
  const before = scrolled(box), follow = before && $("foot") && atBottom(before), place = before?.scrollTop ?? 0;
  const draft = id === "thread" ? box.querySelector("textarea")?.value : "";
  if (!force) keepOpen(box, next);
  box.innerHTML = next.innerHTML;
  const after = scrolled(box);
  if (after && ["flow", "thread"].includes(id)) after.scrollTop = follow ? after.scrollHeight : place;
  if (draft && !force) box.querySelector("textarea").value = draft;
  if (id === "dialog") showDialog();
}

const hash = (box) => box.querySelector("[data-hash]")?.dataset.hash ?? "";

function showDialog() {
  const modal = $("dialog").querySelector(".modal");
  $("shell").inert = Boolean(modal);
  const first = modal?.querySelector(".body :is(input:not([type=hidden]), textarea, select)") ?? modal?.querySelector(".body button, [data-close]");
  if (first) first.focus();
  else if (matchMedia("(hover: hover)").matches) ($("answer") ?? $("composer"))?.focus();
}

function apply(html, force) {
  const page = new DOMParser().parseFromString(html, "text/html");
  if (!page.getElementById("shell")) return false;
  document.title = page.title;
  document.body.className = page.body.className;
  for (const id of PARTS) swap(id, page, force);
  return true;
}

const heads = (more) => ({ headers: { "X-Live": "1", "X-New-After": document.body.dataset.newAfter ?? "", ...more } });

async function send(form, button) {
  const data = new FormData(form, button ?? null);
  const address = button?.getAttribute("formaction") ? button.formAction : form.action;
  const body = form.enctype === "multipart/form-data" ? data : new URLSearchParams(data);
  button?.setAttribute("aria-busy", "true");
  const answer = await fetch(address, { method: "POST", body, ...heads() });
  button?.removeAttribute("aria-busy");
  const html = await answer.text();
  if (answer.redirected && new URL(answer.url).pathname !== location.pathname) location.assign(answer.url);
  else if (!apply(html, true)) location.assign(answer.redirected ? answer.url : location.href);
  else if (form.matches(".write")) {
    form.reset();
    form.querySelector(".picked").textContent = "";
    for (const each of form.querySelectorAll("details[open]")) each.open = false;
    const flow = scrolled($(form.closest("#thread") ? "thread" : "flow"));
    if (flow) flow.scrollTop = flow.scrollHeight;
  }
}

async function go(address) {
  const answer = await fetch(address, heads());
  history.pushState(null, "", address);
  if (!apply(await answer.text(), true)) location.reload();
  $("edit")?.focus();
}

async function poll() {
  if (!document.hidden) {
    try {
      const answer = await fetch(location.pathname + location.search, { cache: "no-store", ...heads({ "If-None-Match": tag }) });
      if (answer.status === 200) {
        tag = answer.headers.get("ETag") ?? "";
        apply(await answer.text(), false);
      }
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // A server that is away comes back; the next round asks again.
    }
  }
  setTimeout(poll, PAUSE);
}

// What is offered while a command or a name is typed.
const hints = {
  list: () => $("hint-list"),
  shown: () => [...($("hint-list")?.querySelectorAll("[role=option]:not([hidden])") ?? [])],
  now: () => $("hint-list")?.querySelector("[aria-selected=true]"),
  filter(field) {
    if (!hints.list() || field.id !== "composer") return;
    const typed = field.value.slice(0, field.selectionStart);
    const command = /^\/\S*( \S*)?$/u.exec(typed)?.[0].toLowerCase();
    const name = /(?:^|\s)@(\S*)$/u.exec(typed)?.[1].toLowerCase();
    for (const each of hints.list().children) {
      const { typed: offered, named } = each.dataset;
      const fits = named === undefined ? command !== undefined && (offered.startsWith(command) || `${each.textContent}`.toLowerCase().includes(command)) : name !== undefined && (offered.slice(1).startsWith(name) || named.includes(name));
      each.hidden = !fits;
    }
    hints.select(hints.shown()[0]);
    $("hints").open = hints.shown().length > 0;
  },
  select(option) {
    hints.now()?.setAttribute("aria-selected", "false");
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    $("composer").setAttribute("aria-activedescendant", option?.id ?? "");
  },
  move(step) {
    const all = hints.shown(), at = all.indexOf(hints.now());
    hints.select(all[(at + step + all.length) % all.length]);
  },
  take(option) {
    const field = $("composer"), rest = field.value.slice(field.selectionStart);
    const before = option.dataset.named === undefined ? "" : field.value.slice(0, field.selectionStart).replace(/@\S*$/u, "");
    field.value = `${before}${option.dataset.typed} ${rest}`.trimEnd() + " ";
    hints.close();
    field.focus();
  },
  close() {
    if ($("hints")) $("hints").open = false;
    for (const each of hints.list()?.children ?? []) each.hidden = each.dataset.named !== undefined;
    hints.select(undefined);
  },
  typing: () => Boolean($("hints")?.open && hints.now() && document.activeElement === $("composer")),
};

document.addEventListener("input", (event) => {
  if (event.target.matches("[data-write]")) hints.filter(event.target);
});

document.addEventListener("submit", (event) => {
  const form = event.target, button = event.submitter;
  if (!form.matches("[data-send]")) return;
  event.preventDefault();
  send(form, button);
});

document.addEventListener("change", (event) => {
  if (event.target.type === "file") {
    const form = event.target.closest(".write");
    form.querySelector(".picked").textContent = [...event.target.files].map((file) => file.name).join(", ");
    event.target.closest("details").open = false;
    form.querySelector("textarea").focus();
  }
  event.target.closest(".chooser")?.querySelector(".go")?.click();
});

document.addEventListener("click", (event) => {
  for (const each of document.querySelectorAll(".menu[open]")) {
    if (!each.contains(event.target)) each.open = false;
  }
  const option = event.target.closest("[role=option]");
  if (option) hints.take(option);
  const link = event.target.closest("a[data-go]");
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    go(link.href);
  }
  const press = event.target.closest("a[data-press]"), form = press?.closest("form");
  if (!form) return;
  const data = new URLSearchParams(new FormData(form));
  data.set("press", press.dataset.press);
  fetch(form.action, { method: "POST", body: data });
});

function escape() {
  const menu = document.querySelector(".menu[open]");
  if (menu) {
    hints.close();
    menu.open = false;
    if (!menu.contains($("hint-list"))) menu.querySelector("summary").focus();
  } else if ($("dialog").childElementCount) $("dialog").querySelector("[data-close]")?.click();
  else document.querySelector("[data-close-thread]")?.click();
}

document.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  if (hints.typing() && ["ArrowDown", "ArrowUp", "Tab", "Enter"].includes(event.key) && !event.shiftKey) {
    if (event.key === "Enter" && hints.now().dataset.typed === $("composer").value.trim()) hints.close();
    else {
      event.preventDefault();
      if (event.key.startsWith("Arrow")) hints.move(event.key === "ArrowDown" ? 1 : -1);
      else hints.take(hints.now());
      return;
    }
  }
  if (event.key === "Escape") escape();
  if (event.key === "Enter" && event.target.matches("[data-write]") && !event.shiftKey) {
    event.preventDefault();
    event.target.form.requestSubmit(event.target.form.querySelector(".round"));
  }
});

addEventListener("popstate", () => location.reload());
document.documentElement.classList.add("js");
if (document.body.matches("[data-live]")) {
  const flow = $("flow");
  if (flow && $("composer") && ["", "#end"].includes(location.hash)) flow.scrollTop = document.querySelector(".news")?.offsetTop - flow.offsetTop - 80 || flow.scrollHeight;
  showDialog();
  poll();
}
