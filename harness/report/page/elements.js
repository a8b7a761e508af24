// Elements of HTML and SVG. Texts are only ever set as text, never as HTML.

export const byId = id => document.getElementById(id);

// Attributes that are undefined, null or false are left out; so are children that are undefined or
// null.
function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null && value !== false) element.setAttribute(name, value);
  }
  element.append(...children.filter(child => child !== null && child !== undefined));
  return element;
}

export function make(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

export function draw(tag, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  return fill(element, attributes, children);
}

export function row(...cells) {
  return make("tr", {}, ...cells);
}

export function tableHead(...names) {
  return make("thead", {}, row(...names.map(name => make("th", {scope: "col"}, name))));
}

export function tableBody(rows) {
  return make("tbody", {}, ...rows);
}

export function number(text) {
  return make("td", {class: "num"}, text);
}
