// The differences of two recordings, side by side: two lines each, the call and what differs in it.
import {css} from 'lit';
import {VirtualRows, virtualStyles} from './virtual-rows.js';
import * as format from './format.js';

const styles = css`
  .row { display: grid; grid-template-columns: 30px 1fr 1fr; font: 12px/19px var(--mono); border-bottom: 1px solid var(--line-soft); cursor: default; contain: layout paint; white-space: pre; }
  .row:hover { background: var(--hover); }
  .mark { text-align: center; line-height: 42px; font: 700 13px/42px var(--sans); color: var(--warn); }
  .row.root .mark { color: var(--error); }
  .row.root { box-shadow: inset 3px 0 0 var(--error); }
  .row:not(.root) .mark { font-weight: 400; color: var(--faint); }
  .side { padding: 2px 10px; border-left: 1px solid var(--line); overflow: hidden; min-width: 0; }
  .side.none { background: repeating-linear-gradient(135deg, transparent 0 6px, var(--raised) 6px 8px); }
  .line { overflow: hidden; text-overflow: ellipsis; }
  .n { display: inline-block; width: 70px; text-align: right; color: var(--muted); padding-right: 10px; }
  .actor { color: var(--muted); }
  .call { font-weight: 600; }
  .arguments { color: var(--muted); }
  .more { color: var(--warn); }
  .line, .field { unicode-bidi: isolate; }
  .field { padding-left: 70px; overflow: hidden; text-overflow: ellipsis; }
  .field b { font-weight: 500; border-radius: 3px; padding: 0 5px; }
  .a .field b { background: var(--error-soft); color: var(--error); }
  .b .field b { background: var(--good-soft); color: var(--good); }
  .row.selected { background: var(--select); }
  @media (max-width: 700px) { .n { width: auto; padding-right: 6px; } .actor, .line .arguments { display: none; } .field { padding-left: 0; } .side { padding: 2px 6px; } }
  .row.selected::after { content: ''; position: absolute; inset: auto 0; height: 42px; border: 1px solid var(--accent); border-width: 1px 0; pointer-events: none; }
`;

export class DiffList extends VirtualRows {
  static styles = [virtualStyles, styles];
  rowHeight = 44;
  source = null;

  connectedCallback() {
    super.connectedCallback();
    this.grid.setAttribute('aria-label', 'Differences');
  }

  needs(first, count) {
    if (count > 0) this.source?.need(first, count);
  }

  make() {
    const row = document.createElement('div');
    row.className = 'row';
    row.setAttribute('role', 'row');
    const mark = document.createElement('span');
    mark.className = 'mark';
    mark.setAttribute('role', 'gridcell');
    row.mark = mark;
    row.append(mark);
    for (const side of ['a', 'b']) {
      const cell = document.createElement('div');
      cell.className = `side ${side}`;
      cell.setAttribute('role', 'gridcell');
      row[side] = cell;
      row.append(cell);
    }
    return row;
  }

  fill(row, index) {
    const change = this.source?.change(index);
    const selected = index === this.selected;
    row.classList.toggle('selected', selected);
    row.setAttribute('aria-selected', selected);
    row.setAttribute('aria-rowindex', index + 1);
    row.id = `row-${index}`;
    if (selected) this.grid.setAttribute('aria-activedescendant', row.id);
    if (row.shown === change && change) return;
    row.shown = change;
    row.mark.textContent = change ? {changed: '≠', only_a: '−', only_b: '+'}[change.kind] : '';
    row.mark.title = change ? this.says(change) : '';
    row.classList.toggle('root', change?.root ?? false);
    this.#side(row.a, change, change?.a, change?.rowA, 1);
    this.#side(row.b, change, change?.b, change?.rowB, 2);
  }

  says(change) {
    const what = {changed: 'differs', only_a: 'only in the left recording', only_b: 'only in the right recording'}[change.kind];
    return `${what}; ${change.root ? 'a cause' : 'follows from an earlier difference'}`;
  }

  #side(cell, change, event, call, value) {
    cell.replaceChildren();
    cell.classList.toggle('none', Boolean(change) && !event);
    if (!change || !event) return;
    const line = document.createElement('div');
    line.className = 'line';
    const result = call ? (call[format.FAILED] ? call[format.ERROR] : call[format.RESULT]) : '';
    line.append(this.#span('n', format.count(event)), this.#span('actor', `${change.actor}  `),
      this.#span('call', call?.[format.CALL] ?? change.call), this.#span('arguments', call ? `  ${call[format.ARGUMENTS]}` : ''),
      this.#span('', result ? `  = ${result}` : ''));
    if (value === 1 && change.consequences) line.append(this.#span('more', `  +${format.some(change.consequences, 'consequence')}`));
    cell.append(line);
    if (change.kind !== 'changed') return;
    const field = document.createElement('div');
    field.className = 'field';
    for (const one of change.fields) {
      const shown = document.createElement('b');
      shown.textContent = one[value] ?? '–';
      field.append(this.#span('arguments', `${one[0]} `), shown, ' ');
    }
    cell.append(field);
  }

  #span(name, text) {
    const span = document.createElement('span');
    span.className = name;
    span.textContent = text;
    return span;
  }
}
customElements.define('diff-list', DiffList);
