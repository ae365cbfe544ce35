// What this browser remembers. A browser that refuses storage still works, until it is reloaded.

const fallback = new Map();

export function load(key) {
  if (!key) return null;
  try {
    return JSON.parse(localStorage.getItem(key) ?? "null");
  } catch {
    return fallback.get(key) ?? null;
  }
}

export function save(key, value) {
  if (!key) return;
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    fallback.set(key, value);
  }
}

export function forget(key) {
  if (!key) return;
  fallback.delete(key);
  try {
    localStorage.removeItem(key);
  } catch {
    // nothing was kept there
  }
}
