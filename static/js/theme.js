/* The reader's theme, before first paint: the server writes data-theme for people it knows; the cookie serves
   everyone else. Three buttons [data-theme-choice] change it at once and let their form save it to the profile. */
(() => {
  const root = document.documentElement;
  const themes = ["system", "light", "dark"];
  const cookie = () => (document.cookie.match(/(?:^|; )theme=(\w+)/) || [])[1];
  const mark = (theme) =>
    document.querySelectorAll("[data-theme-choice]").forEach((button) =>
      button.setAttribute("aria-pressed", String(button.dataset.themeChoice === theme)));

  function apply(theme) {
    if (theme === "system") delete root.dataset.theme;
    else root.dataset.theme = theme;
    mark(theme);
  }

  const known = cookie();
  if (!root.dataset.theme && themes.includes(known) && known !== "system") root.dataset.theme = known;

  document.addEventListener("DOMContentLoaded", () => mark(root.dataset.theme || "system"));
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme-choice]");
    if (!button) return;
    const theme = button.dataset.themeChoice;
    document.cookie = `theme=${theme}; path=/; max-age=31536000; samesite=lax${location.protocol === "https:" ? "; secure" : ""}`;
    apply(theme);
    const form = button.form;
    if (!form) return;
    event.preventDefault();
    const body = new FormData(form);
    body.set(button.name, theme);
    fetch(form.action, { method: "POST", body, headers: { "HX-Request": "true" } });
  });
})();
