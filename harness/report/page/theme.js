// Light or dark: as ?theme= of the address asks, else as the system does. Paper is light.

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
}

// changed, beforePrint, afterPrint: functions that draw again what depends on the colours.
export function followTheme({changed, beforePrint, afterPrint}) {
  const asked = new URLSearchParams(location.search).get("theme");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const follow = then => () => {
    setTheme(asked || (dark.matches ? "dark" : "light"));
    then();
  };
  follow(() => {})();
  dark.addEventListener("change", follow(changed));
  addEventListener("beforeprint", () => {
    setTheme("light");
    beforePrint();
  });
  addEventListener("afterprint", follow(afterPrint));
}
