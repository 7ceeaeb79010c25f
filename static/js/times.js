// Relative times go on by themselves, in the same words as the server's, and move nothing around them.
(function () {
  "use strict";
  const zh = document.documentElement.lang.startsWith("zh");
  const served = document.querySelector("meta[name='now']");
  const skew = served ? Date.parse(served.content) - Date.now() : 0;

  function span(seconds) {
    const s = Math.floor(Math.abs(seconds)), d = Math.floor(s / 86400), h = Math.floor(s % 86400 / 3600), m = Math.floor(s % 3600 / 60);
    if (d) return zh ? d + " 天 " + h + " 小时" : d + " d " + h + " h";
    if (h) return zh ? h + " 小时 " + m + " 分" : h + " h " + m + " min";
    return zh ? m + " 分" : m + " min";
  }

  function due(at, seconds) {
    const left = span(seconds);
    if (seconds >= 0) return zh ? "剩 " + left : left + " left";
    return zh ? "超时 " + left : left + " overdue";
  }

  function ago(seconds) {
    if (seconds < 60) return zh ? "刚刚" : "just now";
    const d = Math.floor(seconds / 86400), h = Math.floor(seconds / 3600), m = Math.floor(seconds / 60);
    if (d) return zh ? d + " 天前" : d + " d ago";
    if (h) return zh ? h + " 小时前" : h + " h ago";
    return zh ? m + " 分钟前" : m + " min ago";
  }

  function tick() {
    const now = Date.now() + skew;
    for (const time of document.querySelectorAll("time[data-relative]")) {
      const at = Date.parse(time.dateTime), seconds = (at - now) / 1000;
      const text = time.dataset.relative === "due" ? due(at, seconds) : ago(-seconds);
      if (time.textContent !== text) time.textContent = text;
      if (time.dataset.relative === "due") {
        const started = Date.parse(time.dataset.started || "");
        const soon = started ? now >= started + (at - started) * 0.75 : seconds < 3600;
        time.classList.toggle("due-over", seconds <= 0);
        time.classList.toggle("due-soon", seconds > 0 && soon);
      }
    }
  }

  tick();
  setInterval(tick, 1000);
  document.addEventListener("incident:swapped", tick);
})();
