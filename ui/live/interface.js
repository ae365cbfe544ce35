// The words of a guest's page in the language they want it in.

import { match } from "./words.js";

/** Looks up the words of a page, whose `data` brings those of one `language`. */
export function stringsOf(data) {
  return async (code) => {
    if (code === data.language) return data.strings;
    const answer = await fetch(`../guest/strings/${code}.json`);
    if (!answer.ok) throw new Error(`no strings for ${code}`);
    return answer.json();
  };
}

/** [code, strings] to begin with: as chosen before, as the browser wants, as the page came. */
export async function firstWords(data, chosen) {
  const wanted = navigator.languages?.length ? navigator.languages : [navigator.language];
  const code = chosen ?? match(wanted, data.interfaces.map((one) => one.code)) ?? data.language;
  try {
    return [code, await stringsOf(data)(code)];
  } catch {
    return [data.language, data.strings];
  }
}
