// Passkeys: hands the server's challenge to the browser and its answer back in the form. Everything else is the server's.
(() => {
  "use strict";

  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replace(/\+/g, "-")
      .replace(/\//g, "_")
      .replace(/=+$/, "");
  const named = (list) => list?.map((one) => ({ ...one, id: bytes(one.id) }));

  const make = async (options) => {
    const publicKey = {
      ...options,
      challenge: bytes(options.challenge),
      user: { ...options.user, id: bytes(options.user.id) },
      excludeCredentials: named(options.excludeCredentials),
    };
    const made = await navigator.credentials.create({ publicKey });
    return {
      made,
      response: {
        clientDataJSON: text(made.response.clientDataJSON),
        attestationObject: text(made.response.attestationObject),
      },
    };
  };

  const use = async (options) => {
    const publicKey = { ...options, challenge: bytes(options.challenge), allowCredentials: named(options.allowCredentials) };
    const made = await navigator.credentials.get({ publicKey });
    return {
      made,
      response: {
        clientDataJSON: text(made.response.clientDataJSON),
        authenticatorData: text(made.response.authenticatorData),
        signature: text(made.response.signature),
        userHandle: made.response.userHandle ? text(made.response.userHandle) : null,
      },
    };
  };

  for (const part of document.querySelectorAll("[data-passkey]")) {
    const button = part.querySelector("button");
    const complaint = part.querySelector("[role=alert]");
    const say = (sentence) => {
      complaint.textContent = sentence;
      complaint.hidden = !sentence;
    };
    if (!window.PublicKeyCredential) {
      say(part.dataset.unknown);
      continue;
    }
    button.hidden = false;
    button.addEventListener("click", async () => {
      say("");
      button.setAttribute("aria-disabled", "true");
      try {
        const work = part.dataset.passkey === "make" ? make : use;
        const { made, response } = await work(JSON.parse(part.dataset.options));
        const form = part.closest("form");
        form.elements.namedItem(part.dataset.field).value = JSON.stringify({
          id: made.id,
          rawId: text(made.rawId),
          type: made.type,
          response,
          authenticatorAttachment: made.authenticatorAttachment,
          clientExtensionResults: {},
        });
        form.submit();
      } catch {
        say(part.dataset.refused);
        button.removeAttribute("aria-disabled");
      }
    });
  }
})();
