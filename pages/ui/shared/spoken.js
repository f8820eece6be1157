// Tells the browser which language the page speaks, for what reads it aloud or hyphenates it; keeps a choice for a year.

const YEAR = 365 * 24 * 60 * 60; // seconds

export default function ({ data }) {
  document.documentElement.lang = data.language;
  const age = data.kept ? YEAR : 0; // nothing was chosen, or not any more: no cookie
  document.cookie = `${data.cookie}=${data.kept}; path=/; max-age=${age}; SameSite=Strict`;
}
