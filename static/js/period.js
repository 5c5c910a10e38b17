/* Two date fields become the one `period` of the URL. Without scripts the server reads `from` and `to`. */
(() => {
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-period-form]");
    if (!form) return;
    const { from, to } = form.elements;
    if (!from.value || !to.value) return;
    event.preventDefault();
    const url = new URL(location.href);
    url.searchParams.set("period", `${from.value}..${to.value}`);
    location.assign(url);
  });
})();
