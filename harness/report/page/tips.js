// One tooltip for the page: whatever has data-tip shows it, under the mouse and with the
// keyboard's focus.
import {byId} from "./elements.js";

const kCell = "td.cell[data-row]";

function placeTip(element, words) {
  const box = byId("tip");
  box.hidden = !words;
  if (!words) return;
  box.textContent = words;
  const place = element.getBoundingClientRect();
  const size = box.getBoundingClientRect();
  const room = document.documentElement.clientWidth;
  const left = place.left + Math.min(place.width, 400) / 2 - size.width / 2;
  const below = place.bottom + size.height + 10 < innerHeight;
  const top = below ? place.bottom + 6 : place.top - size.height - 6;
  box.style.left = Math.max(8, Math.min(left, room - size.width - 8)) + scrollX + "px";
  box.style.top = top + scrollY + "px";
}

function hideTip() {
  placeTip(null, "");
}

// A focused cell keeps its tip while it scrolls into sight; other tips are hidden.
function followScrolling(words) {
  if (byId("tip").hidden) return;
  const focused = document.activeElement;
  if (focused?.matches(kCell)) {
    placeTip(focused, words(focused));
  } else {
    hideTip();
  }
}

// words: gives the tip of a cell of the heat map; other elements have theirs in data-tip.
export function listenForTips(words) {
  const show = event => {
    const element = event.target.closest?.("[data-tip], " + kCell);
    placeTip(element, element ? element.dataset.tip ?? words(element) : "");
  };
  for (const name of ["mouseover", "focusin"]) document.addEventListener(name, show);
  for (const name of ["mouseleave", "focusout"]) document.addEventListener(name, hideTip, true);
  document.addEventListener("scroll", () => followScrolling(words), true);
  document.addEventListener("keydown", event => {
    if (event.key === "Escape") hideTip();
  });
}
