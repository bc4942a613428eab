// A row of the list of calls: its cells, what is written in them, how it looks. Without lit: the first rows are drawn before it is there.
import * as format from './format.js';
import {sheet} from './look.js';

export const COLUMNS = [
  ['event', 'event', '78px'], ['time', 'time', '104px'], ['actor', 'actor', '88px'], ['on', 'on', '84px'],
  ['call', 'call', 'minmax(240px, 1fr)'], ['arguments', 'arguments', 'minmax(140px, 1.5fr)'], ['result', 'result', 'minmax(90px, .6fr)'],
  ['took', 'took', '104px'], ['error', 'errno', '112px'],
];
export const USUAL = ['event', 'time', 'actor', 'on', 'call', 'arguments', 'result', 'error'];
const NARROW = ['event', 'call', 'result'];
const narrow = matchMedia('(width < 700px)');
const PHONE = {event: '62px', call: 'minmax(120px, 1fr)', result: '108px'};

/** Those a person has chosen: the server wrote them into the page. */
export const chosenColumns = () => document.documentElement.dataset.columns?.split('.') ?? USUAL;

/** Of those chosen, on a narrow screen those that fit. The list is as wide as the window. */
export const fitting = (chosen) => narrow.matches ? NARROW : chosen;

/** Their widths, as the style sheet wants them. */
export const widths = (shown) =>
  COLUMNS.filter(([name]) => shown.includes(name)).map(([name, , width]) => shown === NARROW ? PHONE[name] : width).join(' ');

export const CALLS = sheet(`
  :host { --columns: none; }
  .gone { display: none !important; }
  .row.ruled { background: color-mix(in srgb, var(--rule) 17%, transparent); }
  .row.ruled.selected { background: color-mix(in srgb, var(--rule) 22%, var(--select)); }
  .row.ruled .event { color: var(--rule); font-weight: 650; }
  .row.dim > * { opacity: .38; }
  .row.marked .event::before { content: '★ '; color: var(--warn); }
  .view { top: 25px; }
  .bar { top: 25px; }
  .head, .row { display: grid; grid-template-columns: var(--columns); column-gap: 10px; padding: 0 10px 0 14px; align-items: center; }
  .head { height: 25px; border-bottom: 1px solid var(--line); background: var(--panel); color: var(--muted); font-size: 11.5px; margin-right: 13px; }
  .row { font: 12px/21px var(--mono); cursor: default; white-space: pre; contain: strict; }
  .row > *, .head > * { overflow: hidden; text-overflow: ellipsis; }
  .row > .event, .row > .on, .row > .call { overflow: visible; }
  .row:hover { background: var(--hover); }
  .event, .time, .took { text-align: right; }
  .event, .time, .actor, .on, .took { color: var(--muted); }
  .call { display: flex; align-items: center; gap: 6px; }
  .guide { flex: none; align-self: stretch; height: 21px; width: calc(var(--depth) * 16px);
    background: repeating-linear-gradient(to right, transparent 0 7px, var(--line) 7px 8px, transparent 8px 16px); }
  .badge { flex: none; width: 15px; height: 15px; border-radius: 3px; font: 700 10.5px/15px var(--mono); text-align: center; color: var(--hue); background: color-mix(in srgb, var(--hue) 15%, transparent); }
  .name { overflow: hidden; text-overflow: ellipsis; font-weight: 550; }
  .arguments, .result, .error, .name { unicode-bidi: isolate; }
  .arguments { color: var(--muted); }
  .error { color: var(--error); font-weight: 650; }
  .row.failed { background: linear-gradient(to right, var(--error-soft), transparent 55%); }
  .row.failed.selected { background: linear-gradient(to right, var(--error-soft), var(--select) 40%); }
  .row.failed::before { content: ''; position: absolute; left: 0; top: 1px; bottom: 1px; width: 3px; background: var(--error); }
  .row.failed .error::before { content: '✕ '; }
  .row.failed .result { color: var(--error); }
  .row.flight .result { color: var(--warn); }
  .row.selected { background: var(--select); }
  .row.selected::after { content: ''; position: absolute; inset: 0; border: 1px solid var(--line); border-width: 1px 0; pointer-events: none; }
  :host(:focus-within) .row.selected::after { border-color: var(--accent); }
  .row.broken { color: var(--error); }
  .row.loading > span { border-radius: 3px; height: 9px; background: var(--raised); }
  @media (max-width: 900px) {
    :host { --columns: 62px 0 0 0 minmax(170px, 1fr) 0 minmax(60px, .5fr) 86px; }
    .head, .row { column-gap: 5px; }
  }
`);

/** The names of the columns, above the rows. */
export function makeHead() {
  const head = document.createElement('div');
  head.className = 'head';
  head.setAttribute('role', 'row');
  for (const [name, title] of COLUMNS) {
    const cell = document.createElement('span');
    cell.className = ['event', 'time', 'took'].includes(name) ? name : '';
    cell.dataset.column = name;
    cell.textContent = title;
    cell.setAttribute('role', 'columnheader');
    head.append(cell);
  }
  return head;
}

/** An empty row that has all columns, and hides those that are not shown. */
export function makeRow(shown) {
  const row = document.createElement('div');
  row.className = 'row';
  row.setAttribute('role', 'row');
  row.cells = {};
  row.look = '';
  for (const [name] of COLUMNS) {
    const cell = document.createElement('span');
    cell.className = name;
    cell.dataset.column = name;
    cell.classList.toggle('gone', !shown.includes(name));
    cell.setAttribute('role', 'gridcell');
    row.cells[name] = name === 'call' ? cell : written(cell);
    row.append(cell);
  }
  row.guide = document.createElement('span');
  row.guide.className = 'guide';
  row.badge = written(document.createElement('span'));
  row.badge.className = 'badge';
  row.name = written(document.createElement('span'));
  row.name.className = 'name';
  row.cells.call.append(row.guide, row.badge, row.name);
  return row;
}

/** With a text of its own, which is only written when it is another. */
function written(cell) {
  cell.text = document.createTextNode('');
  cell.append(cell.text);
  return cell;
}

export function write(cell, text) {
  const next = text ?? '';
  if (cell.text.data !== next) cell.text.data = next;
}

export function clear(row) {
  for (const [name, cell] of Object.entries(row.cells)) if (name !== 'call') write(cell, '');
  write(row.name, '');
  row.badge.hidden = true;
  row.guide.style.setProperty('--depth', 0);
}

/** Writes a call into a row; its texts stay texts. */
export function writeCall(row, call, clock, shown) {
  const {cells} = row;
  write(cells.event, format.count(call[format.EVENT]));
  write(cells.time, format.time(call[format.TIME], clock));
  write(cells.actor, call[format.ACTOR]);
  write(cells.on, call[format.ON]);
  if (row.depth !== call[format.DEPTH] || row.badge.hidden) row.guide.style.setProperty('--depth', row.depth = call[format.DEPTH]);
  if (row.badge.hidden) row.badge.hidden = false;
  if (row.family !== call[format.FAMILY]) {
    row.family = call[format.FAMILY];
    write(row.badge, format.badge(row.family));
    row.badge.style.setProperty('--hue', `var(--${format.hue(row.family)})`);
  }
  write(row.name, call[format.CALL]);
  write(cells.arguments, call[format.ARGUMENTS]);
  const short = shown === NARROW && call[format.ERROR] ? `✕ ${call[format.ERROR]}` : call[format.RESULT];
  write(cells.result, call[format.RETURN] === 0 ? '…' : short);
  write(cells.took, format.duration(call[format.DURATION], clock));
  write(cells.error, call[format.ERROR]);
}

/** What of a call shows in the look of its row. */
export const lookOf = (call) => (call[format.FAILED] ? ' failed' : '') + (call[format.RETURN] === 0 ? ' flight' : '');
