// Keys, the rail's fold and the protection token: comfort on top of pages that work without any of it.
(function () {
  "use strict";
  const doc = document, root = doc.documentElement;

  function typing(target) {
    return target.closest("input, textarea, select, [contenteditable]") !== null;
  }

  doc.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (event.key === "?") {
      event.preventDefault();
      doc.getElementById("keys").showModal();
      return;
    }
    const found = doc.querySelector('[data-key="' + CSS.escape(event.key) + '"]');
    if (!found || doc.querySelector("dialog[open]")) return;
    event.preventDefault();
    if (found.matches("input")) { found.focus(); found.select(); } else { found.click(); }
  });

  doc.addEventListener("click", function (event) {
    const fold = event.target.closest("[data-rail-fold]");
    if (fold) {
      event.preventDefault();
      const slim = root.dataset.rail !== "slim";
      if (slim) root.dataset.rail = "slim"; else delete root.dataset.rail;
      doc.cookie = "rail=" + (slim ? "slim" : "wide") + ";path=/;max-age=31536000;samesite=lax";
      fold.value = slim ? "wide" : "slim";
    }
    for (const open of doc.querySelectorAll(".rail-more details[open]")) {
      if (!open.contains(event.target)) open.open = false;
    }
  });

  doc.addEventListener("htmx:configRequest", function (event) {
    event.detail.headers["X-CSRFToken"] = doc.querySelector('meta[name="csrf-token"]').content;
  });
  // A refusal may be below the fold: bring it into sight and give it to screen readers.
  doc.addEventListener("htmx:afterSwap", function (event) {
    const place = doc.getElementById("refusal");
    if (event.detail.xhr.status >= 400) place.scrollIntoView({ block: "nearest" });
    else if (event.detail.target !== place) place.replaceChildren();
  });
  // A dialog of an act opens by script; without it the same form stands on the page.
  for (const button of doc.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", function () {
      const source = doc.getElementById(button.dataset.copy);
      navigator.clipboard.writeText(source.value === undefined ? source.textContent : source.value);
      button.dataset.copied = "yes";
    });
  }
})();
