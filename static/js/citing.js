// Two opening brackets in a text offer the numbers of the design, by name and with their values.

const OPENED = /\[\[([^[\]\n]{0,200})$/;
const NOT_MEANT = 3;
const GAP = 4; // px between the line that is written and the list

export function startCiting(questions) {
  const panel = document.getElementById("picker");
  const status = document.getElementById("picker-status");
  let control = null; // where the list is open
  let dismissed = -1; // where the brackets stand whose list was closed
  let clock = ""; // of the numbers in the list
  let loaded = null; // when they are there

  questions.addEventListener("input", ({ target }) => isText(target) && follow(target));
  questions.addEventListener("keydown", pressed, { capture: true });
  questions.addEventListener("focusout", () => close());
  questions.addEventListener("click", (event) => {
    const link = event.target.closest("[data-cite]");
    if (!link) return;
    event.preventDefault();
    begin(document.getElementById(link.dataset.cite));
  });
  document.addEventListener("selectionchange", () => control && !opening(control) && close());
  addEventListener("scroll", () => control && place(), { passive: true });
  addEventListener("resize", () => control && place());
  panel.addEventListener("mousedown", (event) => event.preventDefault()); // the text keeps the focus
  panel.addEventListener("click", (event) => {
    const option = event.target.closest("[data-name]");
    if (option) choose(option);
  });

  /** Write the brackets where the cursor is, which opens the list. */
  function begin(text) {
    if (text.hidden) document.querySelector(`[data-preview="${text.id}"]`)?.click();
    text.focus();
    const before = text.value.slice(0, text.selectionStart);
    dismissed = -1;
    write(text, text.selectionStart, text.selectionEnd, `${/\S$/.test(before) ? " " : ""}[[`);
  }

  async function follow(text) {
    const opened = opening(text);
    if (!opened) dismissed = -1;
    if (!opened || opened.start === dismissed) return close();
    if (control !== text) {
      close();
      control = text;
      text.setAttribute("aria-autocomplete", "list");
      text.setAttribute("aria-haspopup", "listbox");
    }
    if (clock !== questions.dataset.clock) loaded = load();
    await loaded;
    if (control === text) show(opening(text)?.typed ?? "");
  }

  async function load() {
    clock = questions.dataset.clock;
    try {
      await htmx.ajax("GET", questions.dataset.numbersUrl, { source: panel, target: panel, swap: "innerHTML" });
    } catch {
      clock = "";
    }
  }

  /** Those whose name or title has all that is typed, those whose name begins with it first. */
  function show(typed) {
    const options = [...panel.querySelectorAll("[data-name]")];
    if (!options.length) return close();
    const query = typed.trim().toLowerCase();
    const ranks = new Map(options.map((option) => [option, rank(option, query)]));
    for (const option of options) option.hidden = ranks.get(option) === NOT_MEANT;
    const found = options.filter((option) => !option.hidden).sort((one, other) => ranks.get(one) - ranks.get(other) || placeOf(one) - placeOf(other));
    panel.querySelector("[role=listbox]").prepend(...found);
    panel.querySelector(".picker__none").hidden = found.length > 0;
    if (!panel.matches(":popover-open")) panel.showPopover();
    control.setAttribute("aria-controls", "numbers");
    select(found[0]);
    panel.scrollTop = 0;
    const count = found.length === 1 ? "1 number" : `${found.length} numbers`;
    status.textContent = found.length ? `${count}. Up and down to choose, Enter to cite.` : "No number is called so.";
    place();
  }

  function select(option) {
    panel.querySelector("[aria-selected=true]")?.setAttribute("aria-selected", "false");
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) control.setAttribute("aria-activedescendant", option.id);
    else control.removeAttribute("aria-activedescendant");
  }

  function pressed(event) {
    if (!control || !panel.matches(":popover-open") || event.isComposing) return;
    const options = [...panel.querySelectorAll("[data-name]:not([hidden])")];
    const here = options.findIndex((option) => option.ariaSelected === "true");
    if (event.key === "Escape") {
      dismissed = opening(control)?.start ?? -1;
      close();
    } else if (!options.length) return;
    else if (event.key === "ArrowDown") select(options[(here + 1) % options.length]);
    else if (event.key === "ArrowUp") select(options[(here - 1 + options.length) % options.length]);
    else if ((event.key === "Enter" || event.key === "Tab") && !event.shiftKey && !event.ctrlKey && !event.metaKey) choose(options[here]);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  function choose(option) {
    const text = control;
    const { start } = opening(text);
    const after = text.value.slice(text.selectionEnd).match(/^[^[\]\s]*\]\]/);
    close();
    write(text, start, text.selectionEnd + (after?.[0].length ?? 0), `[[${option.dataset.name}]]`);
    status.textContent = `Cited ${option.dataset.name}`;
  }

  function close() {
    if (!control) return;
    for (const name of ["aria-activedescendant", "aria-autocomplete", "aria-controls", "aria-haspopup"]) control.removeAttribute(name);
    control = null;
    if (panel.matches(":popover-open")) panel.hidePopover();
  }

  /** Below the line that is being written; above it where there is more room. */
  function place() {
    const line = lineOf(control);
    const isBelow = line.bottom + panel.offsetHeight + GAP <= innerHeight || line.top < innerHeight - line.bottom;
    panel.style.top = `${isBelow ? line.bottom + GAP : line.top - panel.offsetHeight - GAP}px`;
    panel.style.left = `${Math.max(GAP, Math.min(line.left, document.documentElement.clientWidth - panel.offsetWidth - GAP))}px`;
  }
}

/** How well an option fits what is typed: by the beginning of its name, within it, by its title. */
function rank(option, query) {
  const name = option.dataset.name.toLowerCase();
  if ([name, name.slice(name.indexOf(".") + 1)].some((one) => one.startsWith(query))) return 0;
  if (name.includes(query)) return 1;
  const said = option.textContent.toLowerCase();
  return query.split(/\s+/).every((word) => said.includes(word)) ? 2 : NOT_MEANT;
}

/** Where the server put an option. */
function placeOf(option) {
  return Number(option.id.split("-")[1]);
}

/** The brackets that the cursor stands in, and what is typed after them. */
function opening(text) {
  const typed = text.value.slice(0, text.selectionStart).match(OPENED);
  return typed && { start: typed.index, typed: typed[1] };
}

function write(text, start, end, words) {
  text.setRangeText(words, start, end, "end");
  text.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: "insertReplacementText" }));
}

/** The lines of a text are not elements: a copy of its words tells where the brackets stand. */
function lineOf(text) {
  const box = text.getBoundingClientRect();
  const style = getComputedStyle(text);
  if (text.matches("input")) return { top: box.top, bottom: box.bottom, left: box.left };
  const copy = document.createElement("div");
  for (const name of ["font", "letterSpacing", "lineHeight", "padding", "border", "boxSizing", "tabSize"]) copy.style[name] = style[name];
  Object.assign(copy.style, { position: "absolute", visibility: "hidden", whiteSpace: "pre-wrap", overflowWrap: "break-word", inlineSize: `${box.width}px` });
  copy.textContent = text.value.slice(0, opening(text)?.start ?? text.selectionStart);
  const end = copy.appendChild(document.createElement("span"));
  end.textContent = "[";
  document.body.append(copy);
  const top = box.top + end.offsetTop - text.scrollTop;
  const line = { top, bottom: top + end.offsetHeight, left: box.left + end.offsetLeft };
  copy.remove();
  return line;
}

function isText(control) {
  return Boolean(control.name?.includes(".")) && control.matches("textarea, input:not([type], [list], .quantity__input)");
}
