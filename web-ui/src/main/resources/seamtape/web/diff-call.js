// One difference in full: the fields of both calls in one table, those that differ marked.
import {LitElement, html, css, nothing, controls} from './base.js';
import * as api from './api.js';
import * as format from './format.js';

class DiffCall extends LitElement {
  static properties = {a: {}, b: {}, change: {}, sides: {state: true}, fault: {state: true}, all: {state: true}};

  static styles = [controls, css`
    :host { display: block; overflow: auto; background: var(--panel); }
    .title { display: flex; flex-wrap: wrap; gap: 2px 10px; align-items: baseline; padding: 7px 12px; position: sticky; top: 0; background: var(--panel); border-bottom: 1px solid var(--line-soft); }
    .title h2 { margin: 0; font: 650 13px var(--mono); }
    .title .rest { flex: 1; }
    label { color: var(--muted); font-size: 12px; display: flex; gap: 5px; align-items: center; }
    table { font: 12px/19px var(--mono); table-layout: fixed; }
    th { font: 600 11.5px var(--sans); color: var(--muted); text-align: left; padding: 6px 12px 3px; }
    td { padding: 0 12px; overflow-wrap: anywhere; vertical-align: top; }
    td:first-child, th:first-child { width: 26%; color: var(--muted); }
    td:nth-child(2), td:nth-child(3), th:nth-child(2), th:nth-child(3) { border-left: 1px solid var(--line-soft); }
    tr.differs td:first-child { color: var(--text); font-weight: 600; }
    tr.differs td:first-child::before { content: '≠ '; color: var(--error); }
    tr.differs td:nth-child(2) { background: var(--error-soft); color: var(--error); }
    tr.differs td:nth-child(3) { background: var(--good-soft); color: var(--good); }
    @media (max-width: 700px) { td, th { padding-left: 6px; padding-right: 6px; } td { font-size: 11px; } td:first-child, th:first-child { width: 36%; } }
  `];

  willUpdate(changed) {
    if (changed.has('change')) this.load();
  }

  async load() {
    this.request?.abort();
    const {change} = this;
    if (!change) {
      this.sides = null;
      return;
    }
    const {signal} = this.request = new AbortController();
    const side = (id, event) => event ? api.details(id, event, signal) : null;
    try {
      const sides = await Promise.all([side(this.a, change.a), side(this.b, change.b)]);
      if (!signal.aborted) {
        this.sides = sides;
        this.fault = null;
      }
    } catch (e) {
      if (e.name !== 'AbortError') this.fault = e;
    }
  }

  render() {
    if (this.fault) return html`<div class="state"><p>${this.fault.message}</p></div>`;
    if (!this.sides) return html`<div class="state"><p>${this.change ? 'Reading both calls…' : 'Select a difference to see both calls.'}</p></div>`;
    const {change} = this;
    const [a, b] = this.sides;
    const rows = this.rows(a, b);
    const differing = rows.filter((row) => row.differs).length;
    return html`<div class="title"><h2>${change.call}</h2>
        <span class="chip ${change.root ? 'bad' : ''}">${change.root ? 'a cause' : 'a consequence'}</span>
        <span class="muted">${change.kind === 'changed' ? `${differing} of ${rows.length} fields differ` : change.kind === 'only_a' ? 'only in the left recording' : 'only in the right recording'}</span>
        <span class="rest"></span>
        <button @click=${() => this.dispatchEvent(new Event('ignore'))} title="Add a rule: this field does not count">Ignore</button>
        ${a ? html`<a href="/r/${this.a}?sel=${change.a}">left in its recording</a>` : nothing}
        ${b ? html`<a href="/r/${this.b}?sel=${change.b}">right in its recording</a>` : nothing}
      </div>
      <table><thead><tr><th>field</th><th>${this.a}</th><th>${this.b}</th></tr></thead><tbody>
      ${rows.map((row) => html`<tr class=${row.differs ? 'differs' : ''}><td>${row.path.replaceAll('.', '.\u200b')}</td><td>${row.a ?? ''}</td><td>${row.b ?? ''}</td></tr>`)}
      </tbody></table>`;
  }

  /** Fields of both sides in the order of the left, the differing ones as the server says first. */
  rows(a, b) {
    const told = new Map(this.change.fields.map((field) => [field[0], field]));
    const values = new Map();
    [a, b].forEach((call, side) => {
      for (const part of ['enter', 'returned']) {
        for (const [path, value] of call?.[part]?.fields ?? []) {
          const key = `${part === 'enter' ? 'in' : 'out'} ${path}`;
          const row = values.get(key) ?? {path: key, plain: path};
          row[side ? 'b' : 'a'] = value;
          values.set(key, row);
        }
      }
    });
    const rows = [];
    for (const row of values.values()) {
      const said = [...told.keys()].find((name) => name === row.plain || name.replace(/^(in|out)[. ]/, '') === row.plain);
      row.differs = this.change.kind === 'changed' && said !== undefined && row.a !== row.b;
      if (said !== undefined) told.delete(said);
      rows.push(row);
    }
    // What the server compares under another name, such as an fd turned into a symbol.
    for (const [path, x, y] of told.values()) {
      if (this.change.kind === 'changed') rows.push({path, a: x, b: y, differs: true});
    }
    return rows.sort((x, y) => Number(y.differs) - Number(x.differs));
  }
}
customElements.define('diff-call', DiffCall);
