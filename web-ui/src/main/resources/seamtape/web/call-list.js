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
const narrow = matchMedia('(width < 700px)');
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
`;

export class CallList extends VirtualRows {
  static styles = [virtualStyles, styles];
  #source = null;
  clock = 'ns';

  connectedCallback() {
    super.connectedCallback();
    this.grid.setAttribute('aria-label', 'Calls');
    this.grid.setAttribute('aria-colcount', COLUMNS.length);
    this.rows.onpointerover = (e) => this.#tell(e);
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

  /** The names of the columns; on a narrow screen those that fit. The list is as wide as the window. */
  get columns() {
    return narrow.matches ? NARROW : this.#chosen;
  }

  set columns(names) {
    this.#chosen = COLUMNS.map(([name]) => name).filter((name) => names.includes(name));
    this.lay();
  }

  lay() {
    const shown = this.columns;
    this.style.setProperty('--columns', COLUMNS.filter(([name]) => shown.includes(name)).map(([name, , width]) => shown === NARROW ? PHONE[name] : width).join(' '));
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
    row.look = '';
    for (const [name] of COLUMNS) {
      const cell = document.createElement('span');
      cell.className = name;
      cell.dataset.column = name;
      cell.classList.toggle('gone', !this.laid.includes(name));
      cell.setAttribute('role', 'gridcell');
      row.cells[name] = name === 'call' ? cell : this.#written(cell);
      row.append(cell);
    }
    row.guide = document.createElement('span');
    row.guide.className = 'guide';
    row.badge = this.#written(document.createElement('span'));
    row.badge.className = 'badge';
    row.name = this.#written(document.createElement('span'));
    row.name.className = 'name';
    row.cells.call.append(row.guide, row.badge, row.name);
    return row;
  }

  /** With a text of its own, which is only written when it is another. */
  #written(cell) {
    cell.text = document.createTextNode('');
    cell.append(cell.text);
    return cell;
  }

  #write(cell, text) {
    const next = text ?? '';
    if (cell.text.data !== next) cell.text.data = next;
  }

  /** Texts that may be cut short are told in full under the pointer. */
  #tell({target}) {
    const cell = target.closest?.('.badge, .name, .arguments, .result, .error');
    const row = cell?.closest('.row');
    if (!row) return;
    const call = row.shown;
    const known = Array.isArray(call);
    const full = cell === row.badge && known ? call[format.FAMILY]
      : cell === row.cells.result && known ? (call[format.RETURN] === 0 ? 'no return in the recording' : call[format.RESULT]) : cell.textContent;
    if (cell.title !== full) cell.title = full;
  }

  fill(row, index) {
    const call = this.#source?.row(index);
    const selected = index === this.selected;
    if (row.place !== index) {
      row.place = index;
      row.id = `row-${index}`;
      row.setAttribute('aria-rowindex', index + 2);
    }
    if (row.chosen !== selected) {
      row.chosen = selected;
      row.setAttribute('aria-selected', selected);
    }
    if (selected && this.grid.getAttribute('aria-activedescendant') !== row.id) this.grid.setAttribute('aria-activedescendant', row.id);
    if (call === undefined) this.#loading(row, index);
    else if (row.shown !== call) {
      if (call instanceof Problem) this.#broken(row, call);
      else this.#call(row, call);
    }
    row.shown = call;
    this.#look(row, call, index, selected);
  }

  /** How a row looks, in one word a fact. */
  #look(row, call, index, selected) {
    let look = selected ? 'row selected' : 'row';
    if (call instanceof Problem) look += ' broken';
    else if (call === undefined) look += row.bones ? ' loading' : '';
    else {
      if (call[format.FAILED]) look += ' failed';
      if (call[format.RETURN] === 0) look += ' flight';
      if (!this.#source.passes(index)) look += ' dim';
      if (this.bookmarks.has(call[format.EVENT])) look += ' marked';
      const colour = this.colours[this.#source.rule(index)];
      if (colour) {
        look += ' ruled';
        row.style.setProperty('--rule', `var(--${RULE_COLOURS[colour] ?? 'accent'})`);
      }
    }
    if (row.look === look) return;
    row.look = look;
    row.className = look;
  }

  #clear(row) {
    for (const [name, cell] of Object.entries(row.cells)) if (name !== 'call') this.#write(cell, '');
    this.#write(row.name, '');
    row.badge.hidden = true;
    row.guide.style.setProperty('--depth', 0);
  }

  /** Bones only after a moment, so that a quick answer does not flicker. */
  #loading(row, index) {
    if (!row.bones) this.#clear(row);
    if (row.waits === index) return;
    row.waits = index;
    setTimeout(() => {
      if (row.shown !== undefined || row.place !== index || row.bones) return;
      row.bones = true;
      this.#look(row, undefined, index, row.chosen);
    }, SKELETON_MILLIS);
  }

  #broken(row, problem) {
    this.#clear(row);
    row.bones = false;
    row.waits = -1;
    this.#write(row.name, '✕ unreadable');
    this.#write(row.cells.arguments, problem.message);
  }

  #call(row, call) {
    const {cells} = row;
    row.bones = false;
    row.waits = -1;
    this.#write(cells.event, format.count(call[format.EVENT]));
    this.#write(cells.time, format.time(call[format.TIME], this.clock));
    this.#write(cells.actor, call[format.ACTOR]);
    this.#write(cells.on, call[format.ON]);
    if (row.depth !== call[format.DEPTH] || row.badge.hidden) row.guide.style.setProperty('--depth', row.depth = call[format.DEPTH]);
    if (row.badge.hidden) row.badge.hidden = false;
    if (row.family !== call[format.FAMILY]) {
      row.family = call[format.FAMILY];
      this.#write(row.badge, format.badge(row.family));
      row.badge.style.setProperty('--hue', `var(--${format.hue(row.family)})`);
    }
    this.#write(row.name, call[format.CALL]);
    this.#write(cells.arguments, call[format.ARGUMENTS]);
    const short = this.laid === NARROW && call[format.ERROR] ? `✕ ${call[format.ERROR]}` : call[format.RESULT];
    this.#write(cells.result, call[format.RETURN] === 0 ? '…' : short);
    this.#write(cells.took, format.duration(call[format.DURATION], this.clock));
    this.#write(cells.error, call[format.ERROR]);
  }
}
customElements.define('call-list', CallList);
