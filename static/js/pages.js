// Comfort on single pages: a form keeps its draft per person, copying says so, and printing has a button.
(function () {
  "use strict";
  const doc = document;

  function fields(form) {
    return Array.from(form.elements).filter(function (each) {
      return each.name && each.name !== "csrf_token" && each.type !== "password" && each.type !== "submit";
    });
  }

  function read(form) {
    const found = {};
    for (const each of fields(form)) {
      if (each.type === "checkbox") { if (each.checked) found[each.name] = (found[each.name] || []).concat(each.value); }
      else found[each.name] = each.value;
    }
    return found;
  }

  function write(form, kept) {
    for (const each of fields(form)) {
      if (each.type === "checkbox") each.checked = (kept[each.name] || []).includes(each.value);
      else if (each.name in kept) each.value = kept[each.name];
    }
  }

  // The draft, with the form's own reference, stays in this browser until the server says by a cookie that it
  // was recorded: a send that timed out is sent again under the same reference and counts once.
  function recorded() {
    const found = doc.cookie.split("; ").find(function (each) { return each.startsWith("recorded="); });
    return found ? decodeURIComponent(found.slice(9)) : "";
  }

  for (const form of doc.querySelectorAll("form[data-draft]")) {
    const key = "draft:" + form.dataset.draft, said = form.querySelector("[data-draft-said]"), fresh = read(form);
    const refused = doc.querySelector(".refusal[role=alert]") !== null;
    let timer = 0, kept = null;
    try { kept = JSON.parse(localStorage.getItem(key) || "null"); } catch (fault) { kept = null; }
    if (kept && kept.source_ref === recorded()) { localStorage.removeItem(key); kept = null; }
    if (kept && !refused) {
      write(form, kept);
      said.hidden = false;
      for (const fold of form.querySelectorAll("details.fold")) {
        fold.open = Array.from(fold.querySelectorAll("input, textarea")).some(function (each) { return each.value; });
      }
    }
    form.addEventListener("input", function () {
      clearTimeout(timer);
      timer = setTimeout(function () { localStorage.setItem(key, JSON.stringify(read(form))); }, 300);
    });
    form.addEventListener("submit", function () {
      clearTimeout(timer);
      localStorage.setItem(key, JSON.stringify(read(form)));
    });
    form.querySelector("[data-draft-drop]").addEventListener("click", function () {
      clearTimeout(timer);
      localStorage.removeItem(key);
      form.reset();
      write(form, fresh);
      said.hidden = true;
    });
  }

  for (const button of doc.querySelectorAll("[data-copied-say]")) {
    const words = button.innerHTML;
    button.addEventListener("click", function () {
      button.textContent = button.dataset.copiedSay;
      setTimeout(function () { button.innerHTML = words; }, 2000);
    });
  }

  for (const button of doc.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", function () { window.print(); });
  }
})();
