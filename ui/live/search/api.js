// The REST API as the search uses it. Every failure is an Error that says what to do.

export class Api {
  /** A page of hits: {hits, more, by_meaning}. `query`: the parameters of `GET /api/search`. */
  search(query, signal) {
    return read(`search?${given(query)}`, signal);
  }

  choices() {
    return read("search/choices");
  }

  /** How far what was said can be found: {to_read, to_embed}. */
  index() {
    return read("search/index");
  }
}

async function read(path, signal) {
  let answer;
  try {
    answer = await fetch(new URL(`/api/${path}`, window.location.href), { signal });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw failure("Parley does not answer.", true);
  }
  if (answer.ok) return answer.json();
  const { message } = await answer.json().catch(() => ({}));
  throw failure(message ?? "That did not work. Reload the page and try again.", answer.status >= 500);
}

/** `passing`: it may work again in a moment. */
function failure(message, passing) {
  return Object.assign(new Error(message), { passing });
}

function given(query) {
  const pairs = Object.entries(query).flatMap(([name, value]) => (Array.isArray(value) ? value : [value]).map((one) => [name, one]));
  return new URLSearchParams(pairs.filter(([name, value]) => value !== null && value !== undefined && (value !== "" || name === "people")));
}
