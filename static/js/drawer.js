/* A link with data-drawer="id" opens that <dialog>; without scripts it stays a link to the full page.
   The dialog's [data-load] region asks for its content each time it opens. */
(() => {
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-drawer]");
    if (opener && !event.metaKey && !event.ctrlKey) {
      const drawer = document.getElementById(opener.dataset.drawer);
      if (!drawer?.showModal) return;
      event.preventDefault();
      drawer.showModal();
      const region = drawer.querySelector("[data-load]");
      if (region) window.htmx?.ajax("GET", region.dataset.load, { target: region, swap: "innerHTML" });
      return;
    }
    const dialog = event.target.closest("dialog");
    if (dialog && (event.target === dialog || event.target.closest("[data-close]"))) dialog.close();
  });
})();
