// Draws the explorer's first rows while the page is being read: they came with it. The script of the page is run when they are painted.
import {CONTROLS, EXPLORER, ROWS, sheet} from './look.js';
import {CALLS, COLUMNS, chosenColumns, fitting, lookOf, makeHead, makeRow, widths, writeCall} from './call-row.js';
import * as format from './format.js';

const ROW = 21;
/** Of the window, at least: what is above the list, and the details' share of the rest. */
const ABOVE = 200;
const SHARE = 0.6;

const FRAME = sheet(`
  :host { position: fixed; inset: 0; z-index: 9; pointer-events: none; background: var(--bg); }
  .logo { width: 20px; height: 20px; }
  .field { flex: 1; height: 28px; border: 1px solid var(--line); border-radius: 6px; background: var(--panel); }
  .line { flex: none; background: var(--panel); border-bottom: 1px solid var(--line); }
  .line div { height: var(--timeline, 150px); }
  .details { background: var(--panel); }
  .split { background: var(--bg); }
  @media (max-width: 700px) { .field { flex-basis: 100%; } .tools { height: 72px; align-items: start; } }
`);

function element(name, look, ...children) {
  const made = document.createElement(name);
  made.className = look;
  made.append(...children);
  return made;
}

function shadow(host, ...sheets) {
  const root = host.attachShadow({mode: 'open'});
  root.adoptedStyleSheets = sheets;
  return root;
}

function bar(recording) {
  const chips = [recording.source, recording.profile].filter(Boolean).map((text) => element('span', 'chip', text));
  const size = element('span', 'muted', `${format.some(recording.calls, 'call')} · ${format.some(recording.events, 'event')}`);
  const tabs = ['Calls', 'State', 'Latency'].map((text) => element('a', 'tab', text));
  tabs[0].setAttribute('aria-current', 'page');
  return element('header', 'bar', element('a', 'home', element('i', 'logo'), element('span', '', 'Seamtape')),
    element('h1', '', recording.name), element('nav', 'tabs', ...tabs), element('span', 'where', ...chips, ' ', size));
}

function list(recording, calls, bookmarked) {
  const chosen = chosenColumns();
  const shown = fitting(COLUMNS.map(([name]) => name).filter((name) => chosen.includes(name)));
  const box = element('div', 'list');
  box.style.setProperty('--columns', widths(shown));
  const head = makeHead();
  for (const cell of head.children) cell.classList.toggle('gone', !shown.includes(cell.dataset.column));
  const rows = element('div', 'rows');
  calls.slice(0, Math.ceil((innerHeight - ABOVE) * SHARE / ROW)).forEach((call, i) => {
    const row = makeRow(shown);
    writeCall(row, call, recording.clock, shown);
    row.className = `row${lookOf(call)}${bookmarked.has(call[format.EVENT]) ? ' marked' : ''}`;
    row.style.height = `${ROW}px`;
    row.style.top = `${i * ROW}px`;
    rows.append(row);
  });
  shadow(box, ROWS, CALLS).append(element('div', 'grid', head, element('div', 'view', rows)));
  return box;
}

function draw(recording, calls, notes) {
  const host = element('div', '');
  host.id = 'first';
  host.ariaHidden = 'true';
  const bookmarked = new Set(notes.bookmarks.map((one) => one.event));
  shadow(host, CONTROLS, EXPLORER, FRAME).append(bar(recording), element('div', 'tools', element('div', 'field')),
    element('div', 'line', element('div', '')), element('div', 'body', element('div', 'listbox', list(recording, calls, bookmarked)),
      element('div', 'split'), element('div', 'details')));
  document.body.append(host);
}

function start() {
  const script = document.createElement('script');
  script.type = 'module';
  script.src = document.querySelector('link[rel=modulepreload]').href;
  document.head.append(script);
}

const answers = Object.entries(JSON.parse(document.getElementById('answers')?.textContent ?? '{}'));
const answer = (end) => answers.find(([path]) => end.test(path))?.[1];
const calls = answer(/\/calls\?/);
const drawn = calls?.rows.length && calls.rows.every(Boolean);
if (drawn) draw(answer(/^recordings\/[^/]+$/), calls.rows, answer(/\/notes$/));
// A page that is not in view paints nothing.
if (drawn && !document.hidden) requestAnimationFrame(() => setTimeout(start));
else start();
