// Streamlit cannot be told to change its theme, but it follows the system's at once, without a
// rerun: so here the system's is what the person chose.
(() => {
  const QUERY = "(prefers-color-scheme: dark)";
  const ask = window.matchMedia.bind(window);
  const answer = Object.defineProperties(new EventTarget(), {
    media: { value: QUERY },
    matches: { get: () => window.parleyTheme.shown === "dark" },
  });
  window.matchMedia = (query) => (query === QUERY ? answer : ask(query));
  let told = answer.matches;
  window.parleyTheme.watch(() => {
    if (told === answer.matches) return;
    told = answer.matches;
    answer.dispatchEvent(new MediaQueryListEvent("change", { media: QUERY, matches: told }));
  });
  try {
    // Another app at this address may have left a theme that Streamlit would prefer.
    localStorage.removeItem(`stActiveTheme-${location.pathname}-v2`);
  } catch {
    // storage is refused, so nothing was left
  }
})();
