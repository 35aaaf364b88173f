// A picker of many: turns the select inside [data-combo-box] into a search by name or alias, with or without accents.
// The select stays in the form and keeps the value; without JavaScript it is used as it is. What is typed and not chosen is
// sent beside it, and refused there: nothing is ever chosen among several matches, neither here nor by the server.
// A last choice, for what is not in the list, opens a field for it; it ends every list of matches.
// Pattern: ARIA Authoring Practices, combobox with list autocomplete.
(() => {
  "use strict";

  const LIMIT = 60;

  // A sentence that appears while a button is being pressed would move the button away, so it waits for the release.
  let pressed = false;
  addEventListener("pointerdown", () => (pressed = true), true);
  for (const end of ["pointerup", "pointercancel"]) addEventListener(end, () => (pressed = false), true);
  function whenReleased(act) {
    if (!pressed) act();
    else addEventListener("pointerup", () => setTimeout(act), { once: true });
  }

  const split = (names) => (names ?? "").split("|").filter(Boolean);

  /** Every choice of the select with what it is found by: its label and aliases, and the names of what it succeeded. */
  function choicesOf(select, last) {
    return [...select.options]
      .filter((option) => option.value !== "" && option.value !== last)
      .map((option) => {
        const aliases = split(option.dataset.aliases);
        const former = split(option.dataset.former);
        const group = option.parentElement.localName === "optgroup" ? option.parentElement.label : "";
        const label = option.dataset.label ?? option.text;
        return {
          option,
          group,
          label,
          full: option.text,
          names: [...aliases, ...former],
          heads: [label, label.split(" · ")[0], option.value].map(foldText),
          own: [label, ...aliases].map(foldText),
          former: former.length ? [option.text, ...former].map(foldText) : [],
        };
      });
  }

  /**
   * Choices whose names together begin a word with every typed word. Groups stay together: the one with the best hit comes
   * first, and in it what is called so: a whole code or state before another name, its own names before former ones, and
   * whole names before names that only begin so.
   */
  function found(choices, typed) {
    const words = foldText(typed).split(" ").filter(Boolean);
    if (!words.length) return choices;
    const whole = words.join(" ");
    const has = (text) => words.every((word) => ` ${text}`.includes(` ${word}`));
    const ranks = [
      ({ heads }) => heads.includes(whole),
      ({ own }) => own.includes(whole),
      ({ former }) => former.includes(whole),
      ({ heads }) => heads.some((text) => text.startsWith(whole)),
      ({ own }) => own.some((text) => text.startsWith(whole)),
      ({ former }) => former.some((text) => text.startsWith(whole)),
      () => true,
    ];
    const best = new Map();
    const matches = choices
      .filter(({ own, former }) => has([...own, ...former].join(" ")))
      .map((choice) => {
        const rank = ranks.findIndex((fits) => fits(choice));
        best.set(choice.group, Math.min(rank, best.get(choice.group) ?? rank));
        const shown = has(choice.own.join(" ")) ? choice.label : choice.full;
        const through = choice.names.find((name) => has(foldText(name))) ?? "";
        return { ...choice, rank, shown, alias: has(foldText(shown)) ? "" : through };
      });
    const order = [...best.keys()];
    return matches.sort((a, b) => best.get(a.group) - best.get(b.group) || order.indexOf(a.group) - order.indexOf(b.group) || a.rank - b.rank);
  }

  function icon(name) {
    const sprite = document.querySelector("use")?.getAttribute("href")?.split("#")[0];
    if (!sprite) return "";
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("class", "icon");
    svg.setAttribute("aria-hidden", "true");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    use.setAttribute("href", `${sprite}#${name}`);
    svg.append(use);
    return svg;
  }

  function enhance(box) {
    const select = box.querySelector("select");
    if (!select || select.multiple) return;
    const choices = choicesOf(select, box.dataset.comboLast);
    const written = box.querySelector("[data-combo-written]");
    const writing = written?.querySelector("input");
    const lastOption = written && [...select.options].find((option) => option.value === box.dataset.comboLast);
    const last = lastOption && { option: lastOption, label: lastOption.text, group: "" };
    const id = select.id;

    const combo = document.createElement("div");
    combo.className = "combo";
    const input = document.createElement("input");
    input.className = select.className.replace("usa-select", "usa-input");
    input.type = "text";
    input.name = `${select.name}-typed`;
    input.autocomplete = "off";
    input.spellcheck = false;
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-expanded", "false");
    input.setAttribute("aria-controls", `${id}-list`);
    for (const name of ["aria-describedby", "aria-invalid", "required", "disabled"]) {
      if (select.hasAttribute(name)) input.setAttribute(name, select.getAttribute(name));
    }
    const opener = document.createElement("button");
    opener.type = "button";
    opener.className = "combo-open";
    opener.tabIndex = -1;
    opener.setAttribute("aria-label", box.dataset.comboOpen);
    opener.append(icon("expand_more"));
    const list = document.createElement("ul");
    list.className = "combo-list";
    list.id = `${id}-list`;
    list.hidden = true;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", box.querySelector("label")?.firstChild.textContent.trim() ?? "");
    const said = document.createElement("div");
    said.className = "usa-sr-only";
    said.setAttribute("role", "status");

    // The visible field takes over the select's id, so that its label and the error summary lead to it.
    select.id = `${id}-value`;
    input.id = id;
    select.hidden = true;
    select.before(combo);
    combo.append(input, opener, list, said, select);

    let shown = [];
    let current = -1;
    const chosen = () => (last?.option.selected ? last : choices.find(({ option }) => option.selected));
    const says = box.querySelector("[data-combo-says]");
    /** The sentence below the field: what is chosen, or what is to be chosen; and the field for what is not in the list. */
    function say() {
      const open = Boolean(last?.option.selected);
      if (written) written.hidden = !open;
      if (!says) return;
      const words = says.dataset;
      const name = open ? writing.value.trim() : chosen()?.label.split(" · ").slice(1).join(" · ");
      if (name) says.textContent = (open ? words.comboSaysLast : words.comboSays).replace("#", () => name);
      else says.textContent = open ? words.comboInvitesLast : words.comboInvites;
    }
    writing?.addEventListener("input", say);
    // What is hidden is not sent. It is not disabled, because Back would not bring back what was written.
    writing?.form.addEventListener("formdata", ({ formData }) => last.option.selected || formData.delete(writing.name));
    function show() {
      input.value = chosen()?.label ?? input.value;
      say();
    }
    input.value = box.dataset.comboTyped ?? "";
    show();
    addEventListener("pageshow", show); // the browser restores the select of a page that is gone back to

    const wrap = combo.closest(".usa-form-group");
    const hint = select.getAttribute("aria-describedby")?.split(" ").find((part) => part.endsWith("-hint"));
    /** Takes away what is said to be wrong with the field, also by the server. */
    function unmark() {
      for (const end of ["error", "unchosen"]) document.getElementById(`${id}-${end}`)?.remove();
      wrap?.classList.remove("usa-form-group--error");
      input.removeAttribute("aria-invalid");
      if (hint) input.setAttribute("aria-describedby", hint);
      else input.removeAttribute("aria-describedby");
    }
    /** Says at the field that nothing is chosen: nothing has that name, or several have. */
    function mark(number) {
      unmark();
      const words = number ? box.dataset.comboSeveral.replace("#", number) : box.dataset.comboUnknown;
      const message = document.createElement("span");
      message.className = "usa-error-message";
      message.id = `${id}-unchosen`;
      message.append(icon("error"), words);
      combo.before(message);
      wrap?.classList.add("usa-form-group--error");
      input.setAttribute("aria-invalid", "true");
      input.setAttribute("aria-describedby", [hint, message.id].filter(Boolean).join(" "));
      said.textContent = words;
    }

    function draw(matches) {
      shown = [...matches.slice(0, LIMIT), ...(last ? [last] : [])];
      current = -1;
      list.replaceChildren();
      if (!matches.length) {
        const none = document.createElement("li");
        none.className = "combo-none";
        none.setAttribute("role", "option");
        none.setAttribute("aria-disabled", "true");
        none.textContent = box.dataset.comboNone;
        list.append(none);
      }
      let group = "";
      shown.forEach(({ label, shown: text = label, alias, group: itsGroup }, index) => {
        if (itsGroup && itsGroup !== group) {
          group = itsGroup;
          const head = document.createElement("li");
          head.className = "combo-group";
          head.setAttribute("role", "presentation");
          head.textContent = group;
          list.append(head);
        }
        const item = document.createElement("li");
        item.id = `${id}-option-${index}`;
        item.setAttribute("role", "option");
        item.setAttribute("aria-selected", "false");
        item.dataset.index = index;
        item.textContent = text;
        if (shown[index] === last) item.className = "combo-last";
        if (alias) {
          const small = document.createElement("span");
          small.className = "combo-alias";
          small.textContent = alias;
          item.append(small);
        }
        list.append(item);
      });
      said.textContent = !matches.length
        ? box.dataset.comboNone
        : matches.length === 1
          ? box.dataset.comboCountOne
          : box.dataset.comboCount.replace("#", matches.length);
    }

    function open(matches) {
      draw(matches);
      list.hidden = false;
      list.scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-expanded", "true");
    }
    function close() {
      list.hidden = true;
      current = -1;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    }
    function point(index) {
      list.querySelector('[aria-selected="true"]')?.setAttribute("aria-selected", "false");
      current = index;
      const item = document.getElementById(`${id}-option-${index}`);
      if (!item) return;
      item.setAttribute("aria-selected", "true");
      item.scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", item.id);
    }
    function choose(index, asked = false) {
      const choice = shown[index];
      if (!choice) return;
      if (choice === last && !chosen() && !writing.value) writing.value = input.value.trim();
      choice.option.selected = true;
      close();
      unmark();
      show();
      if (choice === last && asked) writing.focus();
      said.textContent = says?.textContent ?? "";
      select.dispatchEvent(new Event("change", { bubbles: true }));
    }
    function clear() {
      select.value = "";
      say();
      select.dispatchEvent(new Event("change", { bubbles: true }));
    }
    /** What was typed and left: the only match is taken, and what is typed as a whole label. Among several nothing is chosen. */
    function settle() {
      if (chosen()) return;
      const typed = foldText(input.value);
      if (!typed) {
        input.value = "";
        unmark();
        return;
      }
      const matches = found(choices, input.value);
      const whole = matches.filter(({ label, full }) => [label, full].map(foldText).includes(typed));
      if (last && foldText(last.label) === typed) whole.splice(0, whole.length, last);
      const taken = whole.length === 1 ? whole : matches;
      if (taken.length === 1) {
        shown = taken;
        choose(0);
      } else whenReleased(() => chosen() || mark(matches.length));
    }

    input.addEventListener("input", () => {
      if (chosen()) clear();
      const message = document.getElementById(`${id}-unchosen`);
      if (message) message.lastChild.textContent = box.dataset.comboChoose; // what it said was about other words
      open(found(choices, input.value));
    });
    input.addEventListener("click", () => list.hidden && open(input.value && !chosen() ? found(choices, input.value) : choices));
    input.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        if (list.hidden) open(chosen() ? choices : found(choices, input.value));
        const last = shown.length - 1;
        point(event.key === "ArrowDown" ? (current >= last ? 0 : current + 1) : current <= 0 ? last : current - 1);
      } else if (event.key === "Enter" && !list.hidden) {
        event.preventDefault();
        if (current >= 0) choose(current, true);
        else settle();
      } else if (event.key === "Escape" && !list.hidden) {
        event.preventDefault();
        close();
      }
    });
    input.addEventListener("blur", () => {
      close();
      settle();
    });
    list.addEventListener("mousedown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => {
      const item = event.target.closest("[data-index]");
      if (item) choose(Number(item.dataset.index), true);
    });
    opener.addEventListener("mousedown", (event) => event.preventDefault());
    opener.addEventListener("click", () => {
      input.focus();
      if (list.hidden) open(choices);
      else close();
    });
  }

  for (const box of document.querySelectorAll("[data-combo-box]")) enhance(box);
})();
