// The feedback form says how much is answered and how many characters are left, and asks before answers that were not sent are
// left behind: these pages are never kept, so the Back button would not bring them again. It works without.
(() => {
  "use strict";
  const form = document.getElementById("feedback-form");
  if (!form) return;

  for (const area of form.querySelectorAll("textarea[data-count]")) {
    const left = document.createElement("span");
    left.className = "characters-left";
    left.setAttribute("aria-live", "polite");
    area.after(left);
    const say = () => {
      const rest = area.maxLength - area.value.length;
      left.textContent = area.value ? area.dataset.count.replace("#", rest.toLocaleString(document.documentElement.lang)) : "";
    };
    area.addEventListener("input", say);
    say();
  }

  const progress = form.querySelector(".progress");
  const answered = () => {
    const names = new Set();
    for (const field of form.querySelectorAll("input[type=radio]:checked")) names.add(field.name);
    for (const field of form.querySelectorAll("textarea")) if (field.value.trim()) names.add(field.name);
    return names.size;
  };
  const say = () => {
    const words = answered() ? form.dataset.progress.replace("#", answered()) : form.dataset.progressNone;
    if (progress.textContent !== words) progress.textContent = words;
  };
  progress.hidden = false;
  form.addEventListener("input", say);
  addEventListener("pageshow", say);
  say();

  let sending = false;
  form.addEventListener("submit", () => {
    sending = true;
  });
  addEventListener("pageshow", () => {
    sending = false;
  });
  addEventListener("beforeunload", (event) => {
    if (answered() && !sending) event.preventDefault();
  });
})();
