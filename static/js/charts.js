/* Draws every figure[data-chart] from its JSON block, again after HTMX swaps. The page's policy forbids eval, so the
   expressions run through Vega's interpreter (ast). Colours stay CSS variables: a theme change needs no redraw. */
(() => {
  const views = new WeakMap();
  const options = {
    ast: true, actions: false, renderer: "svg", defaultStyle: false, logLevel: 1,
    tooltip: { disableDefaultStyle: true, theme: "bellwether" },
  };

  async function draw(figure) {
    if (views.has(figure) || !window.vegaEmbed) return;
    const canvas = figure.querySelector(".chart-canvas");
    const source = document.getElementById(figure.dataset.chart);
    if (!canvas || !source) return;
    views.set(figure, null);
    try {
      const result = await window.vegaEmbed(canvas, JSON.parse(source.textContent), options);
      views.set(figure, result);
      figure.dataset.drawn = "";
    } catch (error) {
      canvas.classList.add("chart-failed");
      canvas.textContent = "This chart could not be drawn. Its rows are in the table below.";
      console.error(error);
    }
  }

  const within = (node) => [
    ...(node.matches?.("figure[data-chart]") ? [node] : []),
    ...(node.querySelectorAll?.("figure[data-chart]") ?? []),
  ];
  const drawAll = (node) => within(node).forEach(draw);
  const drop = (node) => within(node).forEach((figure) => { views.get(figure)?.finalize(); views.delete(figure); });

  document.addEventListener("DOMContentLoaded", () => drawAll(document));
  document.addEventListener("htmx:beforeCleanupElement", (event) => drop(event.target));
  document.addEventListener("htmx:load", (event) => drawAll(event.target));
})();
