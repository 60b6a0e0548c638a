// Toasts, theme, dialogs, popovers, unsaved input. Everything is declared by data attributes; nothing here knows a page.
(() => {
  "use strict";

  const toasts = () => document.getElementById("toasts");

  function showToast({ text, tone = "info", action = "", url = "" }) {
    const toast = document.getElementById("toast-template").content.firstElementChild.cloneNode(true);
    toast.classList.add(`toast-${tone}`);
    toast.querySelector("p").textContent = text;
    if (action && url) {
      const button = toast.querySelector(".toast-action");
      button.textContent = action;
      button.hidden = false;
      button.addEventListener("click", () => {
        toast.remove();
        htmx.ajax("POST", url, { swap: "none" });
      });
    }
    toasts().append(toast);
    fadeLater(toast);
  }

  // Errors and toasts with a button stay until somebody has read them.
  function fadeLater(toast) {
    const stays = toast.classList.contains("toast-danger");
    const seconds = toast.querySelector(".toast-action:not([hidden])") ? 12 : 6;
    if (stays) return;
    let timer = setTimeout(() => toast.remove(), seconds * 1000);
    toast.addEventListener("pointerenter", () => clearTimeout(timer));
    toast.addEventListener("focusin", () => clearTimeout(timer));
    toast.addEventListener("pointerleave", () => {
      timer = setTimeout(() => toast.remove(), 2000);
    });
  }

  function isDark() {
    const theme = document.documentElement.dataset.theme;
    return theme === "dark" || (theme === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
  }

  function switchTheme(theme) {
    document.documentElement.dataset.theme = theme;
    const secure = location.protocol === "https:" ? "; secure" : "";
    document.cookie = `theme=${theme}; path=/; max-age=31536000; samesite=lax${secure}`;
  }

  // Asked on the way down, so that a "no" is heard before htmx sends the form.
  document.addEventListener(
    "submit",
    (event) => {
      const question = event.submitter?.dataset.confirm || event.target.dataset.confirm;
      if (question && !window.confirm(question)) {
        event.preventDefault();
        event.stopImmediatePropagation();
      }
    },
    true,
  );

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.matches("[data-theme-switch]") && event.submitter) {
      event.preventDefault();
      switchTheme(event.submitter.value);
      const next = isDark() ? ".theme-to-light" : ".theme-to-dark";
      if (event.submitter.matches(".theme-to-light, .theme-to-dark")) form.querySelector(next).focus();
      closePopovers();
      return;
    }
    // A second press while the first is on its way would only earn an error.
    if (form.matches("[method=post]") && !isHtmx(form)) preventTwice(form);
  });

  const isHtmx = (form) => form.matches("[hx-post], [hx-put], [hx-delete], [hx-patch], [hx-get]");

  function preventTwice(form) {
    if (form.dataset.sent) return;
    form.dataset.sent = "true";
    delete form.dataset.dirty;
    submitters(form).forEach((button) => button.setAttribute("aria-busy", "true"));
    form.addEventListener("submit", stop);
    setTimeout(() => release(form), 8000); // an answer that is a download leaves the page where it is
  }

  const submitters = (form) => [...form.elements].filter((element) => element.type === "submit");

  const stop = (event) => event.preventDefault();

  // A page that comes back from the browser's memory must be usable again.
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-sent]").forEach(release);
  });

  function release(form) {
    delete form.dataset.sent;
    form.removeEventListener("submit", stop);
    submitters(form).forEach((button) => button.removeAttribute("aria-busy"));
  }

  function openDialog(dialog) {
    if (!dialog || dialog.open) return;
    dialog.dispatchEvent(new CustomEvent("aimass:open", { bubbles: true }));
    dialog.showModal();
  }

  function closePopovers(except) {
    document.querySelectorAll("details[data-popover][open]").forEach((popover) => {
      if (popover !== except) popover.open = false;
    });
  }

  document.addEventListener("click", (event) => {
    const target = event.target;
    closePopovers(target.closest("details[data-popover]"));
    const opener = target.closest("[data-open]");
    if (opener) openDialog(document.getElementById(opener.dataset.open));
    const closer = target.closest("[data-close]");
    if (closer) closer.closest("dialog")?.close();
    if (target.matches("dialog.dialog")) target.close();
    if (target.closest("[data-sample-toast]")) showToast({ text: target.textContent.trim(), tone: "ok" });
    target.closest("[data-toast-close]")?.closest("[data-toast]").remove();
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const open = document.querySelector("details[data-popover][open]");
    if (open) {
      open.open = false;
      open.querySelector("summary").focus();
    }
  });

  // Unsaved input: <form data-guard> asks before the page goes away.
  document.addEventListener("input", (event) => {
    const form = event.target.closest?.("form[data-guard]");
    if (form) form.dataset.dirty = "true";
  });

  window.addEventListener("beforeunload", (event) => {
    if (document.querySelector("form[data-dirty]")) event.preventDefault();
  });

  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.detail.elt.closest?.("form[data-guard]");
    if (form && event.detail.successful) delete form.dataset.dirty;
  });

  document.addEventListener("toast", (event) => showToast(event.detail));
  document.addEventListener("htmx:responseError", () => showToast({ text: toasts().dataset.failed, tone: "danger" }));

  // A poll that fails says so once, and what polls may say it by itself.
  let offline = false;
  document.addEventListener("htmx:sendError", () => {
    if (!offline) showToast({ text: toasts().dataset.offline, tone: "danger" });
    offline = true;
  });
  document.addEventListener("htmx:afterOnLoad", () => {
    offline = false;
  });

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("[data-toast]").forEach(fadeLater);
    document.querySelectorAll("dialog[data-show]").forEach(openDialog);
    document.querySelector("[data-focus]:not([data-sample] *)")?.focus();
  });

  window.aimass = { showToast, openDialog };
})();
