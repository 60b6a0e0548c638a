// Keyboard shortcuts, declared where they act: data-key="a" (or a sequence, data-key="g q") on any button, link, field or form.
// They rest while somebody types and, when a dialog is open, outside it. "?" lists those of the page.
(() => {
  "use strict";

  const WAIT = 1200; // milliseconds between the keys of a sequence
  let pressed = "";
  let timer = 0;

  function typing(target) {
    if (target.isContentEditable || target.matches("select, textarea")) return true;
    return target.matches("input") && !target.matches("[type=radio], [type=checkbox], [type=button], [type=submit]");
  }

  function reachable(element) {
    if (element.disabled || element.getAttribute("aria-disabled") === "true") return false;
    const dialog = document.querySelector("dialog[open]");
    if (dialog && !dialog.contains(element)) return false;
    return element.checkVisibility ? element.checkVisibility() : element.getClientRects().length > 0;
  }

  const declared = () => [...document.querySelectorAll("[data-key]")].filter(reachable);

  function act(element) {
    if (element.matches("form")) element.requestSubmit();
    else if (element.matches("input:not([type=radio], [type=checkbox]), textarea, select")) element.focus();
    else element.click();
  }

  function labelOf(element) {
    if (element.dataset.keyLabel) return element.dataset.keyLabel;
    const text = element.querySelector(".btn-text, .visually-hidden, span:not(.keys)") || element;
    return element.getAttribute("aria-label") || (element.labels?.[0] || text).textContent.trim();
  }

  function fillHelp() {
    const list = document.querySelector("[data-keys-list]");
    if (!list) return;
    list.replaceChildren();
    const seen = new Set();
    for (const element of declared()) {
      if (seen.has(element.dataset.key)) continue;
      seen.add(element.dataset.key);
      const keys = document.createElement("dt");
      for (const key of element.dataset.key.split(" ")) {
        const cap = document.createElement("kbd");
        cap.textContent = key;
        keys.append(cap, " ");
      }
      const label = document.createElement("dd");
      label.textContent = labelOf(element);
      list.append(keys, label);
    }
    if (!seen.size) list.textContent = list.closest("dialog").dataset.empty;
  }

  function nameOf(event) {
    return event.key === " " ? "space" : event.key.length === 1 ? event.key : event.key.toLowerCase();
  }

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return;
    if (typing(event.target)) return;
    const key = nameOf(event);
    if (key === "?") {
      event.preventDefault();
      window.aimass.openDialog(document.getElementById("keys-help"));
      return;
    }
    // Enter and space belong to whatever has the focus.
    if ((key === "enter" || key === "space") && event.target.closest("a, button, summary, input")) return;
    const keys = pressed ? `${pressed} ${key}` : key;
    const here = declared();
    const found = here.find((element) => element.dataset.key === keys) || here.find((element) => element.dataset.key === key);
    const begins = here.some((element) => element.dataset.key.startsWith(`${key} `));
    clearTimeout(timer);
    pressed = "";
    if (found) {
      event.preventDefault();
      act(found);
    } else if (begins) {
      pressed = key;
      timer = setTimeout(() => (pressed = ""), WAIT);
    }
  });

  // Where Enter must decide nothing, a disabled first button holds it off from text fields; from a tick box some browsers
  // go on to the next button.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches("input:is([type=checkbox], [type=radio])")) return;
    if (event.target.form?.querySelector("[data-no-enter]")) event.preventDefault();
  });

  // Filled before the dialog opens: once it is open, what lies behind it no longer counts as reachable.
  document.addEventListener("aimass:open", (event) => {
    if (event.target.id === "keys-help") fillHelp();
  });
})();
