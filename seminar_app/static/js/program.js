// Lines copied from a spreadsheet can be pasted into any line of the program; without this, into the field at its end.
(() => {
  "use strict";
  const lines = document.querySelector("[data-program]");
  const button = document.querySelector("[data-paste]");
  if (!lines || !button) return;

  lines.addEventListener("paste", (event) => {
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (!/[\t\n\r]/.test(text.trim())) return; // one cell: the browser does it
    event.preventDefault();
    const form = button.form;
    const all = [...lines.querySelectorAll(".program-line")];
    form.elements.pasted.value = text;
    form.elements.paste_at.value = all.indexOf(event.target.closest(".program-line"));
    form.requestSubmit(button);
  });
})();
