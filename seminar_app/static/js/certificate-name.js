// Shows the name as the certificate would carry it while its parts are typed. Once somebody writes it their own way, it stays.
(() => {
  "use strict";

  const shown = document.querySelector("[data-certificate-name] input");
  if (!shown) return;
  const parts = ["given_names", "surname1", "surname2"].map((name) => shown.form.elements.namedItem(name));
  const whole = () =>
    parts
      .map((part) => part.value.trim())
      .filter((part) => part && !/^[-–—‐]$/u.test(part))
      .join(" ")
      .replace(/\s+/g, " ");

  let own = shown.value !== "" && shown.value !== whole();
  const follow = () => {
    if (!own) shown.value = whole();
  };
  for (const part of parts) part.addEventListener("input", follow);
  shown.addEventListener("input", () => {
    own = shown.value !== "" && shown.value !== whole();
  });
  shown.addEventListener("blur", follow);
  follow();
})();
