// Copies what a field or block shows: <button data-copy="id" data-copied="Copied">.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const source = document.getElementById(button.dataset.copy);
  const text = source.value ?? source.textContent;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Pages served over plain http on another host have no clipboard: select it for ctrl+c.
    if (source.select) source.select();
    else window.getSelection().selectAllChildren(source);
    return;
  }
  const label = button.querySelector(".btn-text");
  const before = label.textContent;
  label.textContent = button.dataset.copied;
  setTimeout(() => { label.textContent = before; }, 2000);
});
