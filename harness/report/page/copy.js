// The button that copies a line to the clipboard, and says that it did.
import {make} from "./elements.js";

// For browsers that give no access to the clipboard to a page opened from a file.
function copyByHand(line) {
  const area = make("textarea");
  area.value = line;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}

async function copy(line, button) {
  try {
    await navigator.clipboard.writeText(line);
  } catch {
    copyByHand(line);
    button.focus();
  }
  button.textContent = "copied";
  setTimeout(() => {
    button.textContent = "copy";
  }, 1500);
}

export function copyButton(line, what) {
  const label = `copy the line that repeats ${what}`;
  const button = make("button", {type: "button", "aria-label": label}, "copy");
  button.onclick = event => {
    event.stopPropagation();
    copy(line, button);
  };
  return button;
}
