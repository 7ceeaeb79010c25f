// Keeps [data-poll] up to date: asks every two seconds whether anything changed (304 while not), and then
// replaces only the parts whose data-rev differs. Scroll, focus, open details and half-typed forms stay.
(function () {
  "use strict";
  const EVERY = 2000, LATE_AFTER = 3;
  const root = document.querySelector("[data-poll]");
  if (!root) return;
  const stale = document.getElementById("stale");
  let etag = root.dataset.etag ? '"' + root.dataset.etag + '"' : "", failures = 0, timer = 0, asking = false;

  function changedField(field) {
    if (field.type === "hidden" || field.tagName === "BUTTON") return false;
    if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
    if (field.tagName === "SELECT") return [...field.options].some((o) => o.selected !== o.defaultSelected && !(o.index === 0 && ![...field.options].some((p) => p.defaultSelected)));
    return field.value !== field.defaultValue;
  }

  function inUse(part) {
    const focused = document.activeElement;
    if (part.contains(focused) && focused.matches("input, textarea, select")) return true;
    return [...part.querySelectorAll("input, textarea, select")].some(changedField);
  }

  function address(element, part) {
    if (!element || !part.contains(element) || element === part) return null;
    if (element.id) return "#" + CSS.escape(element.id);
    if (element.hasAttribute("href")) return element.tagName + '[href="' + CSS.escape(element.getAttribute("href")) + '"]';
    return element.hasAttribute("name") ? element.tagName + '[name="' + CSS.escape(element.name) + '"]' : element.tagName.toLowerCase();
  }

  function exchange(old, fresh) {
    const open = [...old.querySelectorAll("details[open][id]")].map((each) => each.id);
    const focus = address(document.activeElement, old);
    const own = document.activeElement === old;
    for (const id of open) { const found = fresh.querySelector("#" + CSS.escape(id)); if (found) found.open = true; }
    old.replaceWith(fresh);
    fresh.classList.add("fresh");
    const target = own ? fresh : focus && fresh.querySelector(focus);
    if (target) target.focus({ preventScroll: true });
    if (window.htmx) window.htmx.process(fresh);
  }

  // True where everything could be brought up to date; a part in use is left for later.
  function merge(old, fresh) {
    if (!fresh.hasAttribute("data-list")) {
      if (old.dataset.rev === fresh.dataset.rev) return true;
      if (inUse(old)) return false;
      exchange(old, fresh);
      return true;
    }
    let whole = true, before = null;
    const kept = new Set([...fresh.children].map((each) => each.id));
    for (const child of [...old.children]) {
      if (kept.has(child.id)) continue;
      if (inUse(child)) { whole = false; kept.add(child.id); } else child.remove();
    }
    for (const next of [...fresh.children]) {
      let here = [...old.children].find((child) => child.id === next.id);
      if (here) {
        whole = merge(here, next) && whole;
        here = [...old.children].find((child) => child.id === next.id);
      } else {
        here = next.cloneNode(true);
        here.classList.add("fresh");
      }
      const place = before ? before.nextElementSibling : old.firstElementChild;
      if (place !== here) {
        old.insertBefore(here, place);
        if (window.htmx) window.htmx.process(here);
      }
      before = here;
    }
    return whole;
  }

  function show(text) {
    const fresh = new DOMParser().parseFromString(text, "text/html").body;
    const holder = document.createElement("div");
    holder.dataset.list = "";
    holder.append(...[...fresh.children].map((each) => document.importNode(each, true)));
    const part = document.activeElement.closest("[data-rev][id]"), held = part && address(document.activeElement, part);
    const whole = merge(root, holder);
    // A row that moved to another group takes the focus along.
    const moved = part && document.activeElement === document.body && document.getElementById(part.id);
    if (moved) (held && moved.querySelector(held) || moved).focus({ preventScroll: true });
    document.dispatchEvent(new Event("incident:swapped"));
    return whole;
  }

  async function ask() {
    clearTimeout(timer);
    if (asking) return;
    asking = true;
    try {
      const headers = { "X-Poll": "1" };
      if (etag) headers["If-None-Match"] = etag;
      const answer = await fetch(root.dataset.poll, { headers, cache: "no-store", credentials: "same-origin" });
      if (answer.status === 200) etag = show(await answer.text()) ? answer.headers.get("ETag") : "";
      else if (answer.status !== 304) throw new Error(String(answer.status));
      failures = 0;
    } catch (fault) {
      failures += 1;
    }
    asking = false;
    if (stale) stale.hidden = failures < LATE_AFTER;
    timer = setTimeout(ask, document.hidden ? 5 * EVERY : EVERY * Math.min(1 + failures, 5));
  }

  timer = setTimeout(ask, EVERY);
  document.addEventListener("visibilitychange", function () { if (!document.hidden) ask(); });
  // An act answers 204 and this event: its form is done with, and what it changed is shown at once.
  document.addEventListener("htmx:afterRequest", function (event) {
    if (!event.detail.successful || event.detail.requestConfig.verb === "get") return;
    const form = event.detail.elt.closest("form");
    if (form && !form.closest(".masked")) {
      form.reset();
      if (document.activeElement && form.contains(document.activeElement)) document.activeElement.blur();
      const box = form.closest("details[data-act]");
      if (box) box.open = false;
    }
    document.getElementById("refusal").replaceChildren();
    etag = "";
    ask();
  });
  // Somebody was faster: the form learns the present state, so that sending it again is a decision.
  document.addEventListener("htmx:afterSwap", function (event) {
    const said = document.querySelector("#refusal [data-version]");
    const form = event.detail.requestConfig && event.detail.requestConfig.elt.closest("form");
    if (event.detail.xhr.status < 400 || !said || !form) return;
    for (const name of ["version", "seen"]) {
      const field = form.querySelector('input[name="' + name + '"]');
      if (field && said.dataset[name] !== undefined) field.value = said.dataset[name];
    }
    etag = "";
    ask();
  });
})();
