import { languageNow, say } from './words.js';

/** element makes an element with properties and children. */
function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

/** The errors of resolve that have a text of their own. */
const told = new Set(['forged', 'unknown', 'malformed', 'not_published', 'offline']);

/** stateOf is how a code stands: ok, no for one not to be trusted, other. */
export function stateOf({ target, error }) {
  if (target) {
    return 'ok';
  }
  return error === 'forged' ? 'no' : 'other';
}

/** verdictOf says how a code stands. */
export function verdictOf({ target, error }) {
  if (target) {
    return say('genuine');
  }
  return error ? say(told.has(error) ? error : 'internal') : say('platform');
}

/** titleOf is what a code is called in the list. */
export function titleOf({ target, text, ticket }) {
  return target?.path ?? text ?? ticket;
}

/** showCodes shows codes with all that is known of them. */
export function showCodes(place, codes) {
  place.replaceChildren(...codes.map(article));
}

function article(code) {
  const made = element('article', {},
    element('p', { className: `seal ${stateOf(code)}`, textContent: verdictOf(code) }),
    element('dl', {}, ...facts(code).flatMap(([name, value]) => [
      element('dt', { textContent: name }),
      element('dd', {}, element('code', {}, element('bdi', { textContent: value }))),
    ])));
  if (code.target?.link) {
    made.append(element('a', { className: 'button primary', href: code.target.link, rel: 'noreferrer', textContent: say('open') }));
  } else if (code.target) {
    made.append(element('p', { className: 'note', textContent: say('note') }));
  }
  return made;
}

function facts({ target, text, ticket }) {
  if (!target) {
    return text === null ? [[say('ticket'), ticket]] : [[say('says'), text]];
  }
  const given = target.scene
    ? [[say('scene'), target.scene]]
    : Object.entries(target.query).map(([name, value]) => [say('parameter'), `${name} = ${value}`]);
  return [
    [say('app'), target.appid], [say('page'), target.page], ...given,
    [say('path'), target.path], [say('version'), say(target.env_version)],
  ];
}

/** showList shows what was read, the newest first. pick is called with the one that is chosen. */
export function showList(list, past, pick) {
  const time = new Intl.DateTimeFormat(languageNow(), { hour: '2-digit', minute: '2-digit' });
  const signs = { ok: '✓', no: '✕', other: '!' };
  list.replaceChildren(...past.map((code) => {
    const state = stateOf(code);
    const button = element('button', { type: 'button' },
      element('span', { className: state, ariaHidden: 'true', textContent: signs[state] }),
      element('span', { className: 'what' },
        element('bdi', { textContent: titleOf(code) }),
        element('span', { className: 'quiet', textContent: `, ${verdictOf(code)}` })),
      element('time', { dateTime: new Date(code.at).toISOString(), textContent: time.format(code.at) }));
    button.addEventListener('click', () => pick(code));
    return element('li', {}, button);
  }));
}
