// An @ in a comment offers the names of those who may read it.

const OPENED = /(?:^|[\s(])@([\p{L}\p{N} .'’-]{0,40})$/u;
const MOST = 8;

export function startMentions(url) {
  const list = Object.assign(document.createElement("div"), { className: "picker picker--people", id: "mentioned", popover: "manual", role: "listbox" });
  list.setAttribute("aria-label", "People");
  document.body.append(list);
  let names = null;
  let text = null; // where the list is open

  document.addEventListener("input", ({ target }) => target.matches("[data-body]") && follow(target));
  document.addEventListener("focusout", ({ target }) => target === text && close());
  document.addEventListener("keydown", pressed, { capture: true });
  list.addEventListener("mousedown", (event) => event.preventDefault()); // the text keeps the focus
  list.addEventListener("click", ({ target }) => target.closest("[role=option]") && choose(target.closest("[role=option]")));

  const typed = (area) => area.value.slice(0, area.selectionStart).match(OPENED)?.[1];

  async function follow(area) {
    if (typed(area) === undefined) return close();
    try {
      names ??= (await (await fetch(url)).json()).names;
    } catch {
      return; // without names an @ is a letter like any other
    }
    const begun = typed(area)?.toLowerCase();
    const found = begun === undefined ? [] : names.filter((name) => name.toLowerCase().startsWith(begun)).slice(0, MOST);
    if (!found.length || found.some((name) => name.toLowerCase() === begun)) return close();
    text = area;
    list.replaceChildren(...found.map(option));
    area.setAttribute("aria-controls", "mentioned");
    list.showPopover();
    place(area);
    point(0);
  }

  function option(name, index) {
    const made = Object.assign(document.createElement("div"), { className: "picker__one", id: `person-${index}`, role: "option", textContent: name });
    made.setAttribute("aria-selected", "false");
    return made;
  }

  function place(area) {
    const { left, bottom, top } = area.getBoundingClientRect();
    const below = bottom + list.offsetHeight < innerHeight;
    list.style.left = `${Math.max(4, Math.min(left, innerWidth - list.offsetWidth - 4))}px`;
    list.style.top = `${below ? bottom + 4 : Math.max(4, top - list.offsetHeight - 4)}px`;
  }

  function point(index) {
    const all = [...list.children];
    all.forEach((one, number) => one.setAttribute("aria-selected", String(number === index)));
    text.setAttribute("aria-activedescendant", all[index].id);
    all[index].scrollIntoView({ block: "nearest" });
  }

  function pressed(event) {
    if (!text || event.target !== text) return;
    const all = [...list.children];
    const here = all.findIndex((one) => one.ariaSelected === "true");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") point((here + (event.key === "ArrowDown" ? 1 : all.length - 1)) % all.length);
    else if ((event.key === "Enter" && !event.ctrlKey && !event.metaKey) || event.key === "Tab") choose(all[here]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  function choose(one) {
    const area = text;
    const end = area.selectionStart;
    area.setRangeText(`${one.textContent} `, end - typed(area).length, end, "end");
    close();
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function close() {
    if (!text) return;
    text.removeAttribute("aria-activedescendant");
    text.removeAttribute("aria-controls");
    text = null;
    list.hidePopover();
  }
}
