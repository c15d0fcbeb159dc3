const table = JSON.parse(document.getElementById('words').textContent);
const storeKey = 'suncode.language';

let language = document.documentElement.lang;
const watchers = [];

/** say is a text in the language of the page, with {name} filled in from values. */
export function say(key, values = {}) {
  return (table[language][key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

/** languageNow is the language's tag. */
export function languageNow() {
  return language;
}

/** onLanguage calls watcher whenever the language has changed. */
export function onLanguage(watcher) {
  watchers.push(watcher);
}

/** startWords wires the switch, and goes back to the language that was chosen last. */
export function startWords() {
  for (const button of document.querySelectorAll('[data-lang]')) {
    button.addEventListener('click', () => {
      change(button.dataset.lang);
      keep(button.dataset.lang);
    });
  }
  change(kept() ?? language);
}

function change(next) {
  language = next in table ? next : language;
  document.documentElement.lang = language;
  document.title = say('title');
  for (const element of document.querySelectorAll('[data-text]')) {
    element.textContent = say(element.dataset.text);
  }
  for (const element of document.querySelectorAll('[data-label]')) {
    element.setAttribute('aria-label', say(element.dataset.label));
  }
  for (const button of document.querySelectorAll('[data-lang]')) {
    button.setAttribute('aria-pressed', String(button.dataset.lang === language));
  }
  watchers.forEach((watcher) => watcher());
}

/* A browser may forbid a page to keep anything. */

function keep(value) {
  try {
    localStorage.setItem(storeKey, value);
  } catch { /* then the choice lasts as long as the page */ }
}

function kept() {
  try {
    return localStorage.getItem(storeKey);
  } catch {
    return null;
  }
}
