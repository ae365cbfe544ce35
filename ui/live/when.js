// Times as the host's pages say them: in the reader's zone, as short as the day allows.

const CLOCK = { hour: "2-digit", minute: "2-digit" };
const TIME = new Intl.DateTimeFormat("en-GB", CLOCK);
const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", ...CLOCK });
const YEAR = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", ...CLOCK });

/** `14:32` today, `3 May, 14:32` this year, `3 May 2024, 14:32` before. */
export function when(moment, now = new Date()) {
  const date = new Date(moment);
  if (date.toDateString() === now.toDateString()) return TIME.format(date);
  return (date.getFullYear() === now.getFullYear() ? DAY : YEAR).format(date);
}
