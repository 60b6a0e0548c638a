// The triage desk: ctrl+enter sends a form, filters apply at once.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  const form = event.target.closest("form[data-submit-keys]");
  if (!form) return;
  event.preventDefault();
  form.requestSubmit();
});
document.addEventListener("change", (event) => {
  event.target.closest("form[data-filters]")?.requestSubmit();
});
