// The grid of an agency's list; it works without this.
(() => {
  "use strict";

  const cells = () => [...document.querySelectorAll(".cell-fault .usa-input")];
  const stops = (row) => [...row.querySelectorAll("input:not([type=hidden]), button, a[href]")];

  // Enter goes to the next faulty cell, as in a spreadsheet; leaving the cell sends it.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches?.(".cell-fault .usa-input")) return;
    event.preventDefault();
    const all = cells();
    const next = all[all.indexOf(event.target) + 1];
    if (next) next.focus();
    else event.target.blur();
  });

  // A row that comes back may lack what had the focus, or not come back at all: then its next stop gets it, or that of the row below.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const row = event.detail.target.closest?.("tr");
    if (!row?.contains(document.activeElement)) return;
    const [id, below, at] = [row.id, row.nextElementSibling?.id, stops(row).indexOf(document.activeElement)];
    setTimeout(() => {
      if (document.activeElement !== document.body) return;
      const same = document.getElementById(id);
      const there = [same, document.getElementById(below)].filter(Boolean).flatMap(stops);
      (there[same ? Math.max(0, Math.min(at, there.length - 1)) : 0] ?? document.getElementById("rows"))?.focus();
    }, 40);
  });
})();
