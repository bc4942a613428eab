// The filter: checked as it is typed, a fault shown under the character it is at.
import {LitElement, html, css, nothing, controls} from './base.js';
import * as api from './api.js';

const CHECK_MILLIS = 120;
const OFFERS = 9;

/** Asked for once a page. */
let words = null;

class FilterBox extends LitElement {
  static properties = {
    applied: {}, matches: {}, text: {state: true}, fault: {state: true}, good: {state: true}, offers: {state: true}, at: {state: true},
  };

  static styles = [controls, css`
    :host { display: block; position: relative; flex: 1; min-width: 0; }
    .field { display: flex; align-items: center; height: 28px; border: 1px solid var(--line); border-radius: 6px; background: var(--panel); padding: 0 4px 0 9px; gap: 6px; }
    .field:focus-within { border-color: var(--accent); box-shadow: 0 0 0 1px var(--accent); }
    .field.good { border-color: var(--good); }
    .field.bad { border-color: var(--error); }
    .field.bad:focus-within { box-shadow: 0 0 0 1px var(--error); }
    .field.good:focus-within { box-shadow: 0 0 0 1px var(--good); }
    input { flex: 1; min-width: 0; border: 0; outline: 0; background: none; color: var(--text); font: 12.5px var(--mono); padding: 0; height: 24px; }
    input:focus-visible { outline: none; }
    input::placeholder { color: var(--faint); font-family: var(--sans); }
    button { height: 22px; }
    .offers { position: absolute; z-index: 8; left: 8px; top: 30px; min-width: 220px; margin: 0; padding: 3px; list-style: none; background: var(--panel); border: 1px solid var(--line); border-radius: 6px; box-shadow: 0 6px 18px rgb(0 0 0 / .18); font: 12.5px var(--mono); }
    .offers li { display: flex; justify-content: space-between; gap: 20px; padding: 2px 8px; border-radius: 4px; cursor: pointer; }
    .offers li.on { background: var(--select); }
    .offers li span { color: var(--muted); font-family: var(--sans); font-size: 11.5px; }
    .fault { position: absolute; z-index: 5; left: 0; right: 0; top: 32px; background: var(--panel); border: 1px solid var(--error); border-radius: 6px; padding: 6px 9px; box-shadow: 0 6px 18px rgb(0 0 0 / .18); font-size: 12.5px; }
    .fault pre { margin: 0 0 4px; font: 12.5px/1.3 var(--mono); overflow-x: auto; color: var(--text); }
    .fault .caret { color: var(--error); font-weight: 700; }
    .fault .say { color: var(--error); }
    .fault .expected { color: var(--muted); }
    .fault code { font: 11.5px var(--mono); background: var(--raised); border-radius: 3px; padding: 0 4px; margin-right: 4px; color: var(--text); }
  `];

  constructor() {
    super();
    this.applied = '';
    this.text = '';
  }

  willUpdate(changed) {
    if (changed.has('applied') && this.applied !== changed.get('applied')) {
      this.text = this.applied;
      this.check();
    }
  }

  get input() {
    return this.renderRoot.querySelector('input');
  }

  focus() {
    this.input.focus();
    this.input.select();
  }

  typed(event) {
    this.text = event.target.value;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.check(), CHECK_MILLIS);
    this.offer();
  }

  /** The word before the caret, when a person may still be writing it. */
  word() {
    const before = this.text.slice(0, this.input.selectionStart);
    return before.match(/"?[A-Za-z_][\w.]*$/)?.[0] ?? '';
  }

  async offer() {
    const word = this.word();
    if (word.length < 1) {
      this.offers = null;
      return;
    }
    words ??= api.words().catch(() => { words = null; return {}; });
    const known = await words;
    if (word !== this.word()) return;
    const small = word.replace('"', '').toLowerCase();
    const found = [];
    for (const [kind, list] of Object.entries(known)) {
      for (const text of list) {
        const plain = text.replace('"', '').toLowerCase();
        if (plain.startsWith(small) && plain !== small) found.push({text, kind, rank: 0});
        else if (small.length > 2 && plain.includes(small) && plain !== small) found.push({text, kind, rank: 1});
      }
    }
    found.sort((a, b) => a.rank - b.rank || a.text.length - b.text.length);
    this.at = -1;
    this.offers = found.length ? found.slice(0, OFFERS) : null;
  }

  take(offer) {
    const caret = this.input.selectionStart;
    const word = this.word();
    const before = this.text.slice(0, caret - word.length) + offer.text + (offer.kind === 'relation' ? '(' : ' ');
    this.text = before + this.text.slice(caret).trimStart();
    this.offers = null;
    this.updateComplete.then(() => {
      this.input.setSelectionRange(before.length, before.length);
      this.check();
    });
  }

  async check() {
    const text = this.text;
    this.request?.abort();
    this.request = new AbortController();
    if (!text.trim()) {
      this.fault = null;
      this.good = false;
      return true;
    }
    try {
      const answer = await api.checkFilter(text, this.request.signal);
      if (text !== this.text) return false;
      this.fault = answer.ok ? null : answer;
      this.good = answer.ok;
      return answer.ok;
    } catch (e) {
      if (e.name === 'AbortError') return false;
      this.fault = {message: e.message, position: 0, length: 1, expected: []};
      return false;
    }
  }

  async key(event) {
    if (this.offers) {
      const step = {ArrowDown: 1, ArrowUp: -1}[event.key];
      if (step) {
        event.preventDefault();
        this.at = Math.max(-1, Math.min(this.offers.length - 1, this.at + step));
        return;
      }
      if (event.key === 'Tab' || (event.key === 'Enter' && this.at >= 0)) {
        event.preventDefault();
        this.take(this.offers[Math.max(0, this.at)]);
        return;
      }
      if (event.key === 'Escape') {
        event.stopPropagation();
        this.offers = null;
        return;
      }
    }
    if (event.key === 'Enter' || event.key === 'Escape') this.offers = null;
    if (event.key === 'Enter') {
      event.preventDefault();
      clearTimeout(this.timer);
      if (await this.check()) this.apply(this.text.trim());
    } else if (event.key === 'Escape') {
      event.stopPropagation();
      this.text = this.applied;
      this.check();
      this.dispatchEvent(new Event('leave'));
    }
  }

  apply(filter) {
    this.text = filter;
    this.dispatchEvent(new CustomEvent('filter', {detail: filter}));
  }

  clear() {
    this.fault = null;
    this.good = false;
    this.apply('');
  }

  render() {
    const state = this.fault && !this.offers ? 'bad' : this.good ? 'good' : '';
    return html`
      <div class="field ${state}">
        <input type="text" spellcheck="false" autocomplete="off" autocapitalize="off" maxlength="4096"
          role="combobox" aria-autocomplete="list" aria-expanded=${Boolean(this.offers)} aria-controls="offers" aria-activedescendant=${this.offers && this.at >= 0 ? `o${this.at}` : nothing}
          @blur=${() => { this.offers = null; }}
          aria-label="Filter" aria-invalid=${this.fault ? 'true' : 'false'} aria-describedby="fault"
          placeholder='Filter: errno != 0,  "CPUID",  call == KVM_RUN and exit.reason == KVM_EXIT_IO'
          .value=${this.text} @input=${this.typed} @keydown=${this.key}>
        ${this.matches ? html`<span class="muted" role="status">${this.matches}</span>` : nothing}
        ${this.text ? html`<button class="plain" aria-label="Clear the filter" title="Clear (Esc)"
          @click=${this.clear}>✕</button>` : html`<kbd>/</kbd>`}
      </div>
      <ul class="offers" id="offers" role="listbox" aria-label="Words" ?hidden=${!this.offers}>${(this.offers ?? []).map((one, i) => html`<li id=${`o${i}`} role="option" class=${i === this.at ? 'on' : ''}
        aria-selected=${i === this.at} @pointerdown=${(e) => { e.preventDefault(); this.take(one); }}>${one.text}<span>${one.kind}</span></li>`)}</ul>
      ${this.fault && !this.offers ? this.faultBox() : nothing}`;
  }

  faultBox() {
    const {position, length, message, expected} = this.fault;
    const mark = ' '.repeat(position) + '^'.repeat(Math.max(1, Math.min(length, this.text.length - position)));
    return html`<div class="fault" id="fault" role="alert">
      <pre>${this.text}
<span class="caret">${mark}</span></pre>
      <span class="say">${message}</span>
      ${expected?.length ? html`<span class="expected"> · expected
        ${expected.map((word) => html`<code>${word}</code>`)}</span>` : nothing}
    </div>`;
  }
}
customElements.define('filter-box', FilterBox);
