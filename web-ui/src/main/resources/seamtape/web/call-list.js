// The list of calls: one line a call, nested calls indented, errors marked by shape and colour.
import {VirtualRows, virtualStyles} from './virtual-rows.js';
import {CALLS, COLUMNS, USUAL, clear, fitting, lookOf, makeHead, makeRow, widths, write, writeCall} from './call-row.js';
import * as format from './format.js';
import {Problem} from './api.js';

const SKELETON_MILLIS = 80;

/** Names of colours, and the tokens behind them. */
export const RULE_COLOURS = {blue: 'ioctl', violet: 'seamcall', teal: 'tdcall', amber: 'warn', green: 'good', red: 'error'};

export class CallList extends VirtualRows {
  static styles = [virtualStyles, CALLS];
  #source = null;
  clock = 'ns';

  connectedCallback() {
    super.connectedCallback();
    this.grid.setAttribute('aria-label', 'Calls');
    this.grid.setAttribute('aria-colcount', COLUMNS.length);
    this.rows.onpointerover = (e) => this.#tell(e);
  }

  head() {
    return [makeHead()];
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

  /** The names of the columns that are shown. */
  get columns() {
    return fitting(this.#chosen);
  }

  set columns(names) {
    this.#chosen = COLUMNS.map(([name]) => name).filter((name) => names.includes(name));
    this.lay();
  }

  lay() {
    const shown = this.columns;
    this.style.setProperty('--columns', widths(shown));
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
    return makeRow(this.laid);
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
      look += lookOf(call);
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

  /** Bones only after a moment, so that a quick answer does not flicker. */
  #loading(row, index) {
    if (!row.bones) clear(row);
    if (row.waits === index) return;
    row.waits = index;
    setTimeout(() => {
      if (row.shown !== undefined || row.place !== index || row.bones) return;
      row.bones = true;
      this.#look(row, undefined, index, row.chosen);
    }, SKELETON_MILLIS);
  }

  #broken(row, problem) {
    clear(row);
    row.bones = false;
    row.waits = -1;
    write(row.name, '✕ unreadable');
    write(row.cells.arguments, problem.message);
  }

  #call(row, call) {
    row.bones = false;
    row.waits = -1;
    writeCall(row, call, this.clock, this.laid);
  }
}
customElements.define('call-list', CallList);
