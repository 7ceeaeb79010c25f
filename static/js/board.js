// The board by keyboard: j and k move, Enter opens, a acknowledges; filters apply at once.
(function () {
  "use strict";
  const links = () => [...document.querySelectorAll(".row-link")];

  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, dialog[open]")) return;
    const all = links(), row = document.activeElement.closest(".row");
    const here = row ? all.findIndex((link) => row.contains(link)) : -1;
    if (event.key === "j" || event.key === "k") {
      const next = all[Math.max(0, Math.min(all.length - 1, here + (event.key === "j" ? 1 : -1)))];
      if (next) { event.preventDefault(); next.focus(); }
    } else if (event.key === "a" && row) {
      const button = row.querySelector("[data-ack]");
      if (button) { event.preventDefault(); button.click(); }
    }
  });

  for (const form of document.querySelectorAll("[data-filters]")) {
    form.querySelector("button").hidden = true;
    form.addEventListener("change", function () {
      for (const field of form.elements) if (field.name && !field.value) field.disabled = true;
      form.submit();
    });
  }
})();
