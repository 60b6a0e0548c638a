// The lease of the open post: counted down, and renewed every minute while the page is seen. And the blur switch.
(() => {
  "use strict";

  const RENEW = 60; // seconds
  let renewed = Date.now();
  let ends = 0;

  function begin() {
    const lease = document.getElementById("lease");
    ends = lease ? Date.now() + Number(lease.dataset.seconds) * 1000 : 0;
    renewed = Date.now();
    blur(localStorage.getItem("moderation-blur") === "on");
    show();
  }

  function show() {
    const clock = document.querySelector("[data-countdown]");
    if (!clock) return;
    const left = Math.max(0, Math.round((ends - Date.now()) / 1000));
    clock.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
  }

  function tick() {
    show();
    const lease = document.getElementById("lease");
    if (lease && document.visibilityState === "visible" && Date.now() - renewed >= RENEW * 1000) {
      renewed = Date.now();
      htmx.trigger(lease, "renew");
    }
  }

  function blur(on) {
    document.getElementById("desk").classList.toggle("desk-blurred", on);
    document.querySelector("[data-blur]")?.setAttribute("aria-pressed", String(on));
  }

  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-blur]")) return;
    const on = !document.getElementById("desk").classList.contains("desk-blurred");
    localStorage.setItem("moderation-blur", on ? "on" : "off");
    blur(on);
  });

  document.addEventListener("htmx:afterSwap", begin);
  document.addEventListener("visibilitychange", tick);
  document.addEventListener("DOMContentLoaded", begin);
  setInterval(tick, 1000);
})();
