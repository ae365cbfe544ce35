// The theme of this page: what was chosen in this browser, or the system's. A script in the
// head rather than a module, so that it is settled before anything is painted.
window.parleyTheme = (() => {
  const KEY = "parley-theme"; // as JSON, like all of storage.js
  const CHOICES = ["system", "light", "dark"];
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const bars = [...document.querySelectorAll('meta[name="theme-color"]')]; // light, dark
  const colors = bars.map((bar) => bar.content);
  const watchers = new Set();
  let choice = kept() ?? "system";

  function kept() {
    try {
      const found = JSON.parse(localStorage.getItem(KEY) ?? '"system"');
      return CHOICES.includes(found) ? found : "system";
    } catch {
      return null; // storage is refused: the choice lasts as long as the page
    }
  }

  function keep() {
    try {
      localStorage.setItem(KEY, JSON.stringify(choice));
    } catch {
      // as above
    }
  }

  function shown() {
    if (choice !== "system") return choice;
    return system.matches ? "dark" : "light";
  }

  function show() {
    document.documentElement.dataset.theme = shown();
    const fixed = { light: colors[0], dark: colors[1] }[choice];
    bars.forEach((bar, index) => (bar.content = fixed ?? colors[index]));
    watchers.forEach((watcher) => watcher());
  }

  function catchUp() {
    choice = kept() ?? choice;
    show();
  }

  system.addEventListener("change", show);
  window.addEventListener("storage", ({ key }) => (key === KEY || key === null) && catchUp());
  window.addEventListener("pageshow", ({ persisted }) => persisted && catchUp());
  show();

  return {
    /** What the person wants: "system", "light" or "dark". */
    get choice() {
      return choice;
    },
    /** What that comes to: "light" or "dark". */
    get shown() {
      return shown();
    },
    choose(wanted) {
      choice = CHOICES.includes(wanted) ? wanted : "system";
      keep();
      show();
    },
    /** Call `watcher` after every change; returns how to stop. */
    watch(watcher) {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
  };
})();
