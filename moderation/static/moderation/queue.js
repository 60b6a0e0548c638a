// The queue renews itself every second, but never under a reader's pointer; j and k walk through its rows. A plain press
// on a row takes its post at once, which only a POST does; in a new tab, or without script, it is opened to be read.
(() => {
  "use strict";

  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target.id !== "queue-live") return;
    const notice = document.getElementById("queue-changed");
    if (document.querySelector("#queue-rows:hover") && event.detail.xhr.status === 200) {
      event.detail.shouldSwap = false; // the next poll asks again: the list still says what it last showed
      notice.textContent = notice.dataset.text;
    } else {
      notice.textContent = "";
    }
  });

  document.addEventListener("click", (event) => {
    const row = event.target.closest("a[data-take]");
    if (!row || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    const form = document.getElementById("take");
    form.action = row.dataset.take;
    form.requestSubmit();
  });

  document.addEventListener("click", (event) => {
    const mover = event.target.closest("[data-move]");
    if (!mover) return;
    const rows = [...document.querySelectorAll("#queue-rows .row-main")];
    const here = rows.indexOf(document.activeElement);
    const next = here < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, here + Number(mover.dataset.move)));
    rows[next]?.focus();
  });
})();
