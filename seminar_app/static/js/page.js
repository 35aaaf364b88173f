// Small help for every page; each page works without it.
(() => {
  "use strict";

  // A form is sent once. After 100 ms the button says that it works.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.getAttribute("aria-busy") === "true") {
      event.preventDefault();
      return;
    }
    form.setAttribute("aria-busy", "true");
    const button = event.submitter;
    if (!button?.dataset.working) return;
    form.workingTimer = setTimeout(() => {
      button.dataset.label = button.textContent;
      button.textContent = button.dataset.working;
      button.setAttribute("aria-disabled", "true");
    }, 100);
  });

  // Back finds the form as it was, ready to be sent again.
  const ready = () => {
    for (const form of document.querySelectorAll('form[aria-busy="true"]')) {
      clearTimeout(form.workingTimer);
      form.removeAttribute("aria-busy");
      for (const button of form.querySelectorAll("[data-label]")) {
        button.textContent = button.dataset.label;
        button.removeAttribute("aria-disabled");
        delete button.dataset.label;
      }
    }
  };
  addEventListener("pageshow", (event) => event.persisted && ready());
  document.addEventListener("htmx:afterRequest", ready);

  // Menus close with Escape and give the focus back.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = event.target.closest?.("details.menu[open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
})();
