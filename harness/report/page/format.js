// Words, numbers, elements: what every part of the page is made with. Texts are only ever set as text, never as HTML.
"use strict";
const $ = id => document.getElementById(id);
const indices = list => [...list.keys()];
const css = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const series = index => `var(--s${index % 8})`;
const shapes = ["circle", "rect", "triangle", "rectRot", "star", "crossRot", "rectRounded", "cross"];
// The same shapes as paths, in a square of 14.
const outlines = { circle: "M7 2a5 5 0 1 0 .01 0Z", rect: "M3 3H11V11H3Z", triangle: "M7 2.2 11.6 10.8H2.4Z", rectRot: "M7 1.6 12.4 7 7 12.4 1.6 7Z", star: "M7 2V12M2 7H12M3.5 3.5 10.5 10.5M10.5 3.5 3.5 10.5",
  crossRot: "M3 3 11 11M11 3 3 11", rectRounded: "M5 2.6H9Q11.4 2.6 11.4 5V9Q11.4 11.4 9 11.4H5Q2.6 11.4 2.6 9V5Q2.6 2.6 5 2.6Z", cross: "M7 2V12M2 7H12" };
// Shape and colour together name a column; beyond eight the pairing shifts, so that 64 columns differ.
const shape = index => shapes[(index + Math.floor(index / 8)) % 8];

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) if (value !== undefined && value !== null && value !== false) element.setAttribute(name, value);
  element.append(...children.filter(child => child !== null && child !== undefined));
  return element;
}
const make = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);
const draw = (tag, attributes = {}, ...children) => fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);

// A column's sign, wherever its name stands.
const mark = column => draw("svg", { viewBox: "0 0 14 14", class: "mark", "aria-hidden": "true" }, draw("path", { d: outlines[shape(column)], fill: series(column), "fill-opacity": .7, stroke: series(column), "stroke-width": 1.5 }));

// As report/words.cpp writes them: the unit to fit, three digits.
function timeText(ns) {
  const [value, unit] = ns < 999.5 ? [ns, "ns"] : ns < 999.5e3 ? [ns / 1e3, "µs"] : ns < 999.5e6 ? [ns / 1e6, "ms"] : [ns / 1e9, "s"];
  return threeDigits(value) + " " + unit;
}
function threeDigits(value) {
  const size = Math.abs(value);
  return size >= 99.95 ? value.toFixed(0) : size >= 9.995 ? value.toFixed(1) : value.toFixed(2);
}
const ratioText = ratio => (ratio < 0.0995 ? String(+ratio.toPrecision(2)) : threeDigits(ratio)) + "×";
const plain = value => value >= 1000 ? value.toLocaleString("en") : String(+value.toPrecision(3));
const plural = (n, word) => `${n} ${word}${n === 1 ? "" : "s"}`;
const percent = share => (share >= .0995 ? (100 * share).toFixed(0) : String(+(100 * share).toPrecision(2))) + "%";
const bytesText = b => b >= 999.5e6 ? threeDigits(b / 1e9) + " GB" : b >= 999.5e3 ? threeDigits(b / 1e6) + " MB" : b >= 1e3 ? threeDigits(b / 1e3) + " kB" : b + " B";
const unitFor = ns => ns < 999.5 ? [1, "ns"] : ns < 999.5e3 ? [1e3, "µs"] : ns < 999.5e6 ? [1e6, "ms"] : [1e9, "s"];

async function copy(line, button) {
  try { await navigator.clipboard.writeText(line); } catch {
    const area = make("textarea"); area.value = line; document.body.append(area); area.select(); document.execCommand("copy"); area.remove(); button.focus();
  }
  button.textContent = "copied";
  setTimeout(() => { button.textContent = "copy"; }, 1500);
}
function copyButton(line, what) {
  const button = make("button", { type: "button", "aria-label": `copy the line that repeats ${what}` }, "copy");
  button.onclick = event => { event.stopPropagation(); copy(line, button); };
  return button;
}

// One tooltip for the page: whatever has data-tip shows it, under the mouse and with the keyboard's focus.
function placeTip(element, words) {
  const box = $("tip");
  box.hidden = !words;
  if (!words) return;
  box.textContent = words;
  const place = element.getBoundingClientRect(), size = box.getBoundingClientRect(), room = document.documentElement.clientWidth;
  box.style.left = Math.max(8, Math.min(place.left + Math.min(place.width, 400) / 2 - size.width / 2, room - size.width - 8)) + scrollX + "px";
  box.style.top = (place.bottom + size.height + 10 < innerHeight ? place.bottom + 6 : place.top - size.height - 6) + scrollY + "px";
}
function listenForTips(words) {
  const show = event => {
    const element = event.target.closest?.("[data-tip], td.cell[data-row]");
    placeTip(element, element ? element.dataset.tip ?? words(element) : "");
  };
  for (const name of ["mouseover", "focusin"]) document.addEventListener(name, show);
  for (const name of ["mouseleave", "focusout"]) document.addEventListener(name, () => placeTip(null, ""), true);
  // What has the focus keeps its tip while it scrolls into sight.
  document.addEventListener("scroll", () => { const focused = document.activeElement; if (!$("tip").hidden) focused?.matches("td.cell[data-row]") ? placeTip(focused, words(focused)) : placeTip(null, ""); }, true);
  document.addEventListener("keydown", event => { if (event.key === "Escape") placeTip(null, ""); });
}
