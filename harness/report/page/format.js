// Numbers as text: times in ns, ratios, shares of one, bytes.

const kTimeUnits = [[1, "ns"], [1e3, "µs"], [1e6, "ms"], [1e9, "s"]];

// [ns per unit, its name] of the unit in which a time has at most three digits before the point.
export function timeUnit(ns) {
  return kTimeUnits.find(([size]) => ns < 999.5 * size) ?? kTimeUnits[3];
}

// The same text as time_text() of core/text.hpp: the unit that fits, three digits.
export function timeText(ns) {
  const [size, unit] = timeUnit(ns);
  return threeDigits(ns / size) + " " + unit;
}

export function threeDigits(value) {
  const size = Math.abs(value);
  if (size >= 99.95) return value.toFixed(0);
  return value.toFixed(size >= 9.995 ? 1 : 2);
}

export function ratioText(ratio) {
  return (ratio < 0.0995 ? String(+ratio.toPrecision(2)) : threeDigits(ratio)) + "×";
}

export function plain(value) {
  return value >= 1000 ? value.toLocaleString("en") : String(+value.toPrecision(3));
}

export function plural(count, word) {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}

export function percent(share) {
  const value = 100 * share;
  return (share >= 0.0995 ? value.toFixed(0) : String(+value.toPrecision(2))) + "%";
}

export function bytesText(bytes) {
  if (bytes >= 999.5e6) return threeDigits(bytes / 1e9) + " GB";
  if (bytes >= 999.5e3) return threeDigits(bytes / 1e6) + " MB";
  if (bytes >= 1e3) return threeDigits(bytes / 1e3) + " kB";
  return bytes + " B";
}

export function indices(list) {
  return [...list.keys()];
}

export function sum(values) {
  return values.reduce((total, value) => total + value, 0);
}

export function clamp(value, low, high) {
  return Math.max(low, Math.min(high, value));
}
