// Light or dark. A plain script in the head runs before anything is painted, so nothing flashes.
(() => {
  const KEY = "zerosum.theme";
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const kept = () => {
    try {
      return localStorage.getItem(KEY) || "system";
    } catch {
      return "system"; // Storage may be forbidden; the page works without.
    }
  };
  let choice = kept();
  const apply = () => {
    const theme = choice === "system" ? (dark.matches ? "dark" : "light") : choice;
    document.documentElement.dataset.theme = theme;
    dispatchEvent(new CustomEvent("theme", { detail: { theme, choice } }));
  };
  dark.addEventListener("change", apply);
  addEventListener("storage", (event) => {
    if (event.key !== KEY) return;
    choice = kept();
    apply();
  });
  window.zerosumTheme = {
    get choice() {
      return choice;
    },
    set choice(value) {
      choice = value;
      try {
        localStorage.setItem(KEY, value);
      } catch {
        // Then it holds until the page is left.
      }
      apply();
    },
  };
  apply();
})();
