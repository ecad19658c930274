// The chain of a box: pointing at it, or reaching it with a key, shows all that leads to and from it.

const figure = document.querySelector("[data-trace]");
if (figure) start(figure);

function start(figure) {
  const nodes = new Map([...figure.querySelectorAll("[data-node]")].map((node) => [node.dataset.node, node]));
  const links = [...figure.querySelectorAll("[data-left]")];
  const ahead = neighbours(links, "left", "right");
  const behind = neighbours(links, "right", "left");
  let pointed = null;

  for (const node of nodes.values()) {
    node.addEventListener("pointerenter", () => show((pointed = node)));
    node.addEventListener("pointerleave", () => show((pointed = null) ?? focused()));
    node.addEventListener("focus", () => show(node));
    node.addEventListener("blur", () => show(pointed));
  }

  function focused() {
    return document.activeElement?.closest("[data-trace] [data-node]") ?? null;
  }

  /** Mark the chain of `node`, or nothing. */
  function show(node) {
    figure.toggleAttribute("data-follows", Boolean(node));
    const before = node ? reached(node.dataset.node, behind) : new Set();
    const after = node ? reached(node.dataset.node, ahead) : new Set();
    for (const [name, one] of nodes) one.classList.toggle("is-on", before.has(name) || after.has(name));
    for (const link of links) {
      const { left, right } = link.dataset;
      link.classList.toggle("is-on", [before, after].some((ends) => ends.has(left) && ends.has(right)));
    }
  }
}

/** By box: the boxes that links lead to, from one end to the other. */
function neighbours(links, from, to) {
  const found = new Map();
  for (const { dataset } of links) {
    if (!found.has(dataset[from])) found.set(dataset[from], []);
    found.get(dataset[from]).push(dataset[to]);
  }
  return found;
}

/** All boxes that can be reached from `start`, and itself. */
function reached(start, neighbours) {
  const seen = new Set([start]);
  for (const name of seen) for (const next of neighbours.get(name) ?? []) seen.add(next);
  return seen;
}
