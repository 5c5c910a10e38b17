/* Enter sends, Shift+Enter breaks the line. */
(() => {
  document.addEventListener("keydown", (event) => {
    if (!event.target.matches("[data-enter-sends]") || event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    if (event.target.value.trim()) event.target.form.requestSubmit();
  });
})();
