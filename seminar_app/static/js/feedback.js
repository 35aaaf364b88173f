// The feedback form says how much is answered and how many characters are left; it works without.
(() => {
  "use strict";
  const numbers = new Intl.NumberFormat(document.documentElement.lang === "es" ? "es-MX" : "en-US"); // Spain writes 1974, Mexico 1,974
  const form = document.getElementById("feedback-form");
  if (!form) return;

  for (const area of form.querySelectorAll("textarea[data-count]")) {
    const left = document.createElement("span");
    left.className = "characters-left";
    left.setAttribute("aria-live", "polite");
    area.after(left);
    const say = () => {
      const rest = area.maxLength - area.value.length;
      left.textContent = area.value ? area.dataset.count.replace("#", numbers.format(rest)) : "";
    };
    area.addEventListener("input", say);
    say();
  }

  const progress = form.querySelector(".progress");
  const say = () => {
    const answered = new Set();
    for (const field of form.querySelectorAll("input[type=radio]:checked")) answered.add(field.name);
    for (const field of form.querySelectorAll("textarea")) if (field.value.trim()) answered.add(field.name);
    const words = answered.size ? form.dataset.progress.replace("#", answered.size) : form.dataset.progressNone;
    if (progress.textContent !== words) progress.textContent = words;
  };
  progress.hidden = false;
  form.addEventListener("input", say);
  addEventListener("pageshow", say);
  say();
})();
