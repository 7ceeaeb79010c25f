// Keeps a page as it is at this moment: forms are sent and news is fetched without losing place or words.
// Everything here also works without it, by ordinary forms and links.
"use strict";

const PARTS = ["rail", "notice", "flow", "foot", "dialog"];
const PAUSE = 2000;
let tag = "";

const $ = (id) => document.getElementById(id);
const atBottom = (box) => box.scrollHeight - box.scrollTop - box.clientHeight < 60;
const busyIn = (box) => box.contains(document.activeElement) && document.activeElement.matches("input, textarea, select");

function keepOpen(box, next) {
  for (const open of box.querySelectorAll("details[open][id]")) {
    next.querySelector(`#${CSS.escape(open.id)}`)?.setAttribute("open", "");
  }
}

function swap(id, page, force) {
  const box = $(id), next = page.getElementById(id);
  if (!box || !next || box.innerHTML === next.innerHTML) return;
  if (id === "foot" && box.querySelector("textarea") && next.querySelector("textarea")) return;
  // A question that was asked waits for its answer; a form is left alone until the app changes it.
  if (id === "dialog" && !force && ["ask", hash(next)].includes(hash(box))) return;
  if (id === "flow" && !force && busyIn(box)) return;
  const follow = id === "flow" && atBottom(box), place = box.scrollTop;
  keepOpen(box, next);
  box.innerHTML = next.innerHTML;
  if (id === "flow") box.scrollTop = follow ? box.scrollHeight : place;
  if (id === "dialog") showDialog();
}

const hash = (box) => box.querySelector("[data-hash]")?.dataset.hash ?? "";

function showDialog() {
  const modal = $("dialog").querySelector(".modal");
  $("shell").inert = Boolean(modal);
  const first = modal?.querySelector(".body :is(input:not([type=hidden]), textarea, select), [data-close]");
  (first ?? $("composer"))?.focus();
}

function apply(html, force) {
  const page = new DOMParser().parseFromString(html, "text/html");
  if (!page.getElementById("shell")) return false;
  for (const id of PARTS) swap(id, page, force);
  return true;
}

async function send(form, button) {
  const data = new FormData(form, button ?? null);
  const answer = await fetch(form.action, { method: "POST", headers: { "X-Live": "1" }, body: new URLSearchParams(data) });
  if (!apply(await answer.text(), true)) {
    location.reload();
    return;
  }
  for (const field of form.querySelectorAll("[name=text]")) field.value = "";
}

async function poll() {
  if (!document.hidden) {
    try {
      const answer = await fetch(location.pathname + location.search, { headers: { "X-Live": "1", "If-None-Match": tag }, cache: "no-store" });
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

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-send]")) return;
  event.preventDefault();
  send(form, event.submitter);
});

document.addEventListener("change", (event) => {
  const chooser = event.target.closest(".chooser");
  chooser?.querySelector(".go")?.click();
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-press]");
  const form = link?.closest("form");
  if (!form) return;
  const data = new URLSearchParams(new FormData(form));
  data.set("press", link.dataset.press);
  fetch(form.action, { method: "POST", body: data });
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") $("dialog")?.querySelector("[data-close]")?.click();
  if (event.key === "Enter" && event.target.id === "composer" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    event.target.form.requestSubmit();
  }
});

document.documentElement.classList.add("js");
if (document.body.matches("[data-live]")) {
  const flow = $("flow");
  if (flow && $("composer")) flow.scrollTop = flow.scrollHeight;
  showDialog();
  poll();
}
