// Who else has the design open: in the header, and in the rail at the stage where they are.

const MANY = 4; // more people than this are a number in the header

const strip = document.getElementById("presence");
const status = document.getElementById("presence-status");
let people = [];

/** Show who is here now, and say who has come or gone. */
export function showPeople(now) {
  const came = now.filter(({ id }) => !people.some((one) => one.id === id)).map(({ name }) => name);
  const gone = people.filter(({ id }) => !now.some((one) => one.id === id)).map(({ name }) => name);
  const said = [came.length && `Here now: ${came.join(", ")}.`, gone.length && `Gone: ${gone.join(", ")}.`];
  people = now;
  if (came.length || gone.length) status.textContent = said.filter(Boolean).join(" ");
  showInHeader();
  showInRail();
}

function showInHeader() {
  const shown = people.length > MANY ? people.slice(0, MANY - 1) : people;
  strip.replaceChildren(...shown.map((person) => chip(person, `${person.name}, ${words(person)}`)));
  if (shown.length < people.length) {
    const rest = people.slice(shown.length);
    strip.append(chip({ initials: `+${rest.length}` }, rest.map((person) => `${person.name}, ${words(person)}`).join("; ")));
  }
  strip.hidden = !people.length;
}

/** A save may bring another rail, so this is done after each. */
export function showInRail() {
  for (const old of document.querySelectorAll(".rail__here")) old.remove();
  for (const link of document.querySelectorAll(".rail__link[data-stage]")) {
    const there = people.filter(({ stage }) => stage === link.dataset.stage);
    if (!there.length) continue;
    const mark = document.createElement("span");
    mark.className = "rail__here";
    mark.append(chip(there[0], there.map((person) => `${person.name}, ${person.doing}`).join("; "), there.length > 1 ? there.length : undefined));
    link.querySelector(".rail__label").after(mark);
  }
}

function words({ doing, place }) {
  if (doing === "idle") return place ? `idle in ${place}` : "idle";
  return `${doing} ${place || "the design"}`;
}

function chip({ initials, guest, doing }, title, text = initials) {
  const made = document.createElement("span");
  made.className = `who${guest ? " who--guest" : ""}${doing ? ` who--${doing}` : ""}`;
  made.title = title;
  const shown = document.createElement("span");
  shown.ariaHidden = "true";
  shown.textContent = text;
  const said = document.createElement("span");
  said.className = "visually-hidden";
  said.textContent = title;
  made.append(shown, said);
  return made;
}
