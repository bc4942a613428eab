// The list of calls: one line a call, nested calls indented, errors marked by shape and colour.
import {css} from 'lit';
import {VirtualRows, virtualStyles} from './virtual-rows.js';
import * as format from './format.js';
import {Problem} from './api.js';

export const COLUMNS = [
  ['event', 'event', '78px'], ['time', 'time', '104px'], ['actor', 'actor', '88px'], ['on', 'on', '84px'],
  ['call', 'call', 'minmax(240px, 1fr)'], ['arguments', 'arguments', 'minmax(140px, 1.5fr)'], ['result', 'result', 'minmax(90px, .6fr)'],
  ['took', 'took', '104px'], ['error', 'errno', '112px'],
];
export const USUAL = ['event', 'time', 'actor', 'on', 'call', 'arguments', 'result', 'error'];
const NARROW = ['event', 'call', 'result'];
const NARROW_PX = 700;
const PHONE = {event: '62px', call: 'minmax(120px, 1fr)', result: '108px'};
const SKELETON_MILLIS = 80;

/** Names of colours, and the tokens behind them. */
export const RULE_COLOURS = {blue: 'ioctl', violet: 'seamcall', teal: 'tdcall', amber: 'warn', green: 'good', red: 'error'};

const styles = css`
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
  .row { position: relative; font: 12px/21px var(--mono); cursor: default; white-space: pre; contain: layout paint; }
  .row > *, .head > * { overflow: hidden; text-overflow: ellipsis; }
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
`;

export class CallList extends VirtualRows {
  static styles = [virtualStyles, styles];
  #source = null;
  clock = 'ns';

  connectedCallback() {
    super.connectedCallback();
    this.grid.setAttribute('aria-label', 'Calls');
    this.grid.setAttribute('aria-colcount', COLUMNS.length);
  }

  head() {
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
    return [head];
  }

  set source(source) {
    this.#source?.removeEventListener('change', this.changed);
    this.#source = source;
    this.changed = () => {
      this.total = source.total;
      this.draw();
    };
    source.addEventListener('change', this.changed);
    this.total = source.total;
    this.refill();
  }

  get source() {
    return this.#source;
  }

  bookmarks = new Set();

  /** Of the rules, by name. */
  colours = [];
  #chosen = USUAL;

  /** The names of the columns; on a narrow screen those that fit. Costs a layout: rows ask what is laid out. */
  get columns() {
    return this.clientWidth > 0 && this.clientWidth < NARROW_PX ? NARROW : this.#chosen;
  }

  set columns(names) {
    this.#chosen = COLUMNS.map(([name]) => name).filter((name) => names.includes(name));
    this.lay();
  }

  lay() {
    const shown = this.columns;
    const narrow = shown === NARROW;
    this.style.setProperty('--columns', COLUMNS.filter(([name]) => shown.includes(name)).map(([name, , width]) => narrow ? PHONE[name] : width).join(' '));
    for (const cell of this.shadowRoot.querySelectorAll('[data-column]')) cell.classList.toggle('gone', !shown.includes(cell.dataset.column));
    this.laid = shown;
    this.refill();
  }

  draw() {
    if (this.shadowRoot && this.laid !== this.columns) this.lay();
    super.draw();
  }

  needs(first, count) {
    if (this.#source && count > 0) this.#source.need(first, count);
  }

  make() {
    const row = document.createElement('div');
    row.className = 'row';
    row.setAttribute('role', 'row');
    row.cells = {};
    for (const [name] of COLUMNS) {
      const cell = document.createElement('span');
      cell.className = name;
      cell.dataset.column = name;
      cell.classList.toggle('gone', !this.laid.includes(name));
      cell.setAttribute('role', 'gridcell');
      row.cells[name] = cell;
      row.append(cell);
    }
    row.guide = document.createElement('span');
    row.guide.className = 'guide';
    row.badge = document.createElement('span');
    row.badge.className = 'badge';
    row.name = document.createElement('span');
    row.name.className = 'name';
    row.cells.call.append(row.guide, row.badge, row.name);
    return row;
  }

  fill(row, index) {
    const call = this.#source?.row(index);
    const selected = index === this.selected;
    if (row.chosen !== selected || row.place !== index) {
      row.chosen = selected;
      row.place = index;
      row.id = `row-${index}`;
      row.setAttribute('aria-rowindex', index + 2);
      row.setAttribute('aria-selected', selected);
      row.classList.toggle('selected', selected);
      if (selected) this.grid.setAttribute('aria-activedescendant', row.id);
    }
    row.classList.toggle('dim', Array.isArray(call) && !this.#source.passes(index));
    row.classList.toggle('marked', Array.isArray(call) && this.bookmarks.has(call[format.EVENT]));
    const colour = Array.isArray(call) ? this.colours[this.#source.rule(index)] : undefined;
    row.classList.toggle('ruled', Boolean(colour));
    if (colour) row.style.setProperty('--rule', `var(--${RULE_COLOURS[colour] ?? 'accent'})`);
    if (row.shown === call && call !== undefined) return;
    row.shown = call;
    if (call === undefined) this.#loading(row, index);
    else if (call instanceof Problem) this.#broken(row, call);
    else this.#call(row, call);
  }

  #clear(row) {
    for (const [name, cell] of Object.entries(row.cells)) if (name !== 'call') cell.textContent = '';
    row.name.textContent = '';
    row.badge.hidden = true;
    row.guide.style.setProperty('--depth', 0);
    row.classList.remove('failed', 'flight', 'broken', 'loading');
  }

  /** Bones only after a moment, so that a quick answer does not flicker. */
  #loading(row, index) {
    if (!row.classList.contains('loading')) this.#clear(row);
    setTimeout(() => {
      if (row.shown === undefined && row.place === index) row.classList.add('loading');
    }, SKELETON_MILLIS);
  }

  #broken(row, problem) {
    this.#clear(row);
    row.classList.add('broken');
    row.name.textContent = '✕ unreadable';
    row.cells.arguments.textContent = problem.message;
  }

  #call(row, call) {
    const {cells} = row;
    row.classList.remove('broken', 'loading');
    cells.event.textContent = format.count(call[format.EVENT]);
    cells.time.textContent = format.time(call[format.TIME], this.clock);
    cells.actor.textContent = call[format.ACTOR];
    cells.on.textContent = call[format.ON];
    row.guide.style.setProperty('--depth', call[format.DEPTH]);
    row.badge.hidden = false;
    row.badge.textContent = format.badge(call[format.FAMILY]);
    row.badge.style.setProperty('--hue', `var(--${format.hue(call[format.FAMILY])})`);
    row.badge.title = call[format.FAMILY];
    row.name.textContent = call[format.CALL];
    row.name.title = call[format.CALL];
    cells.arguments.textContent = call[format.ARGUMENTS];
    cells.arguments.title = call[format.ARGUMENTS];
    const flight = call[format.RETURN] === 0;
    const narrow = this.laid === NARROW;
    cells.result.textContent = flight ? '…' : narrow && call[format.ERROR] ? `✕ ${call[format.ERROR]}` : call[format.RESULT];
    cells.result.title = flight ? 'no return in the recording' : call[format.RESULT];
    cells.took.textContent = format.duration(call[format.DURATION], this.clock);
    cells.error.textContent = call[format.ERROR];
    cells.error.title = call[format.ERROR];
    row.classList.toggle('failed', call[format.FAILED]);
    row.classList.toggle('flight', flight);
  }
}
customElements.define('call-list', CallList);
