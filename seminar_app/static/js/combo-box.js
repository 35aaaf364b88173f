// A picker of many: turns the select inside [data-combo-box] into a search by name or alias, with or without accents.
// The select stays in the form and keeps the value; without JavaScript it is used as it is.
// Pattern: ARIA Authoring Practices, combobox with list autocomplete.
(() => {
  "use strict";

  const LIMIT = 60;

  /** Every choice of the select with what it is found by. */
  function choicesOf(select) {
    return [...select.options]
      .filter((option) => option.value !== "")
      .map((option) => {
        const aliases = (option.dataset.aliases ?? "").split("|").filter(Boolean);
        const group = option.parentElement.localName === "optgroup" ? option.parentElement.label : "";
        return { option, group, label: option.text, aliases, searched: [option.text, ...aliases].map(foldText) };
      });
  }

  /**
   * Choices whose name and aliases together have every typed word. Groups stay together: the one with the best hit comes
   * first, and in it what is called or begins like what was typed.
   */
  function found(choices, typed) {
    const words = foldText(typed).split(" ").filter(Boolean);
    if (!words.length) return choices;
    const whole = words.join(" ");
    const has = (text) => words.every((word) => text.includes(word));
    const best = new Map();
    const matches = choices
      .filter(({ searched }) => has(searched.join(" ")))
      .map((choice) => {
        const rank = choice.searched.some((text) => text === whole) ? 0 : choice.searched.some((text) => text.startsWith(whole)) ? 1 : 2;
        best.set(choice.group, Math.min(rank, best.get(choice.group) ?? rank));
        const alias = has(choice.searched[0]) ? "" : (choice.aliases.find((_, index) => has(choice.searched[index + 1])) ?? choice.aliases[0] ?? "");
        return { ...choice, rank, alias };
      });
    const order = [...best.keys()];
    return matches.sort((a, b) => best.get(a.group) - best.get(b.group) || order.indexOf(a.group) - order.indexOf(b.group) || a.rank - b.rank);
  }

  function enhance(box) {
    const select = box.querySelector("select");
    if (!select || select.multiple) return;
    const choices = choicesOf(select);
    const id = select.id;

    const combo = document.createElement("div");
    combo.className = "combo";
    const input = document.createElement("input");
    input.className = select.className.replace("usa-select", "usa-input");
    input.type = "text";
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
    const arrow = box.ownerDocument.querySelector("use")?.getAttribute("href")?.split("#")[0];
    if (arrow) {
      const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
      svg.setAttribute("class", "icon");
      svg.setAttribute("aria-hidden", "true");
      const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
      use.setAttribute("href", `${arrow}#expand_more`);
      svg.append(use);
      opener.append(svg);
    }
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
    const chosen = () => choices.find(({ option }) => option.selected);
    input.value = chosen()?.label ?? "";

    function draw(matches) {
      shown = matches.slice(0, LIMIT);
      current = -1;
      list.replaceChildren();
      let group = "";
      shown.forEach(({ label, alias, group: itsGroup, option }, index) => {
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
        item.textContent = label;
        if (alias && foldText(alias) !== foldText(label)) {
          const small = document.createElement("span");
          small.className = "combo-alias";
          small.textContent = alias;
          item.append(small);
        }
        list.append(item);
      });
      if (!shown.length) {
        const none = document.createElement("li");
        none.className = "combo-none";
        none.setAttribute("role", "option");
        none.setAttribute("aria-disabled", "true");
        none.textContent = box.dataset.comboNone;
        list.append(none);
      }
      said.textContent = !shown.length
        ? box.dataset.comboNone
        : matches.length === 1
          ? box.dataset.comboCountOne
          : box.dataset.comboCount.replace("#", matches.length);
    }

    function open(matches) {
      draw(matches);
      list.hidden = false;
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
    function choose(index) {
      const choice = shown[index];
      if (!choice) return;
      choice.option.selected = true;
      input.value = choice.label;
      close();
      select.dispatchEvent(new Event("change", { bubbles: true }));
    }
    /** What was typed and left: an only match is taken, an exact name too, anything else clears the choice. */
    function settle() {
      const typed = foldText(input.value.trim());
      if (chosen() && foldText(chosen().label) === typed) return;
      const matches = typed ? found(choices, typed) : [];
      const exact = matches.filter(({ searched }) => searched.includes(typed));
      const taken = exact.length === 1 ? exact[0] : matches.length === 1 ? matches[0] : null;
      if (taken) {
        shown = [taken];
        choose(0);
      } else {
        select.value = "";
        if (!typed) input.value = "";
        select.dispatchEvent(new Event("change", { bubbles: true }));
      }
    }

    input.addEventListener("input", () => open(found(choices, input.value)));
    input.addEventListener("click", () => list.hidden && open(input.value && !chosen() ? found(choices, input.value) : choices));
    input.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        if (list.hidden) open(chosen() ? choices : found(choices, input.value));
        const last = shown.length - 1;
        point(event.key === "ArrowDown" ? (current >= last ? 0 : current + 1) : current <= 0 ? last : current - 1);
      } else if (event.key === "Enter" && !list.hidden) {
        event.preventDefault();
        if (current >= 0) choose(current);
        else if (shown.length === 1) choose(0);
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
      if (item) choose(Number(item.dataset.index));
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
