// The incident page: tabs where it is narrow, and one open act at a time. Without it the tabs are anchors.
(function () {
  "use strict";
  const live = document.getElementById("live"), narrow = matchMedia("(max-width: 64rem)");
  let shown = "clocks";

  function parts() { return [...document.querySelectorAll(".part")]; }

  function holding(hash) {
    const id = decodeURIComponent(hash.slice(1));
    const target = id && document.getElementById(id);
    const part = target && target.closest(".part");
    return part ? part.id : null;
  }

  function show() {
    live.classList.toggle("tabbed", narrow.matches);
    for (const part of parts()) part.classList.toggle("shown", part.id === shown);
    for (const tab of document.querySelectorAll(".tabs a")) {
      if (tab.hash === "#" + shown) tab.setAttribute("aria-current", "true"); else tab.removeAttribute("aria-current");
    }
  }

  function follow() {
    const found = holding(location.hash);
    if (found) shown = found;
    const folded = found && document.getElementById(decodeURIComponent(location.hash.slice(1))).closest("details.department");
    if (folded) folded.open = true;
    show();
    if (found && location.hash !== "#" + found) document.getElementById(decodeURIComponent(location.hash.slice(1))).scrollIntoView({ block: "center" });
  }

  narrow.addEventListener("change", show);
  window.addEventListener("hashchange", follow);
  document.addEventListener("incident:swapped", show);
  document.addEventListener("toggle", function (event) {
    if (!event.target.matches("details.act[open]")) return;
    for (const other of document.querySelectorAll("details.act[open]")) if (other !== event.target) other.open = false;
    const field = event.target.querySelector("select, textarea, input:not([type=hidden])");
    if (field) field.focus({ preventScroll: true });
  }, true);
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") return;
    const open = document.querySelector("details.act[open]");
    if (open) { open.open = false; open.querySelector("summary").focus(); }
  });
  follow();
})();
