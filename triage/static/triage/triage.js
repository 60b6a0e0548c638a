// The triage desk: ctrl+enter sends a form, filters apply at once.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  const form = event.target.closest("form[data-submit-keys]");
  if (!form) return;
  event.preventDefault();
  form.requestSubmit();
});
// A dialog begins at its first control, not at its cross.
document.addEventListener("aimass:open", (event) => {
  setTimeout(() => {
    const form = event.target.querySelector("form[data-submit-keys]");
    const first = form?.querySelector("input:checked") || form?.querySelector("input:not([type=hidden]), select, textarea");
    first?.focus();
  });
});
document.addEventListener("change", (event) => {
  event.target.closest("form[data-filters]")?.requestSubmit();
});
