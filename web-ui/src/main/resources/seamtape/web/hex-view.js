// Bytes of an event, sixteen a line, with the bytes of one field marked.
import {LitElement, html, css, nothing, controls} from './base.js';
import * as format from './format.js';

const LINE = 16;
const FIRST_BYTES = 2048;

class HexView extends LitElement {
  static properties = {parts: {}, shown: {state: true}};

  static styles = [controls, css`
    :host { display: block; font: 12px/18px var(--mono); padding: 0 10px 10px; }
    h3 { font: 600 11.5px var(--sans); color: var(--muted); margin: 8px 0 3px; position: sticky; top: 0; background: var(--panel); padding: 2px 0; }
    .line { display: flex; white-space: pre; height: 18px; }
    .at { color: var(--faint); width: 46px; flex: none; text-align: right; padding-right: 10px; user-select: none; }
    .hex { width: calc(16 * 2.55ch + 1.2ch); flex: none; display: flex; }
    .hex i { width: 2.55ch; padding: 0 .27ch; }
    .hex i:nth-child(9) { margin-left: .8ch; }
    .text { display: flex; padding-left: 10px; color: var(--muted); }
    .text i { width: 1ch; overflow: hidden; }
    i { font-style: normal; cursor: default; }
    i.zero { color: var(--faint); }
    i.on { background: var(--mark); color: var(--text); }
    button { margin-top: 4px; }
    .none { color: var(--muted); font: 12.5px var(--sans); padding: 10px 0; }
  `];

  constructor() {
    super();
    this.parts = [];
    this.shown = new Map();
  }

  willUpdate(changed) {
    if (changed.has('parts')) {
      this.shown = new Map();
      this.marked = [];
    }
  }

  /** Marks the bytes of a field, and brings the first of them into view when asked. */
  mark(part, at, length, scroll) {
    for (const byte of this.marked ?? []) byte.classList.remove('on');
    this.marked = [];
    if (part < 0) return;
    const end = Math.min(at + length, at + FIRST_BYTES);
    for (let i = at; i < end; i++) {
      for (const byte of this.renderRoot.querySelectorAll(`[data-byte="${part}.${i}"]`)) {
        byte.classList.add('on');
        this.marked.push(byte);
      }
    }
    if (scroll) this.marked[0]?.scrollIntoView({block: 'nearest'});
  }

  over(event) {
    const place = event.target.dataset?.byte;
    const [part, at] = place ? place.split('.').map(Number) : [-1, 0];
    this.dispatchEvent(new CustomEvent('byte', {detail: {part, at, click: event.type === 'click'}}));
  }

  render() {
    if (!this.parts.length) return html`<p class="none">This event carries no bytes.</p>`;
    return html`<div @mouseover=${this.over} @click=${this.over} @mouseleave=${this.over}>
      ${this.parts.map((part, i) => this.part(part, i))}</div>`;
  }

  part(part, index) {
    if (part.length === 0) return nothing;
    const limit = this.shown.get(index) ?? FIRST_BYTES;
    const here = Math.min(part.hex.length / 2, limit);
    const lines = [];
    for (let at = 0; at < here; at += LINE) lines.push(this.line(part, index, at, Math.min(here, at + LINE)));
    const place = part.title === 'user memory' && part.at !== 0 ? ` at +${format.hex(part.at)}` : '';
    const more = part.hex.length / 2 - here;
    const cut = part.length - part.hex.length / 2;
    return html`<h3>${part.title}${place} · ${format.count(part.length)} bytes</h3>${lines}
      ${more > 0 ? html`<button @click=${() => this.more(index)}>${format.count(more)} more bytes</button>` : nothing}
      ${cut > 0 ? html`<p class="none">The other ${format.count(cut)} bytes are not shown here.</p>` : nothing}`;
  }

  more(index) {
    this.shown = new Map(this.shown).set(index, Infinity);
  }

  line(part, index, from, to) {
    const cells = [];
    const letters = [];
    for (let i = from; i < to; i++) {
      const two = part.hex.slice(i * 2, i * 2 + 2);
      const value = parseInt(two, 16);
      const place = `${index}.${i}`;
      const zero = value === 0 ? 'zero' : '';
      cells.push(html`<i class=${zero} data-byte=${place}>${two}</i>`);
      const letter = value >= 32 && value < 127 ? String.fromCharCode(value) : '·';
      letters.push(html`<i class=${letter === '·' ? 'zero' : ''} data-byte=${place}>${letter}</i>`);
    }
    return html`<div class="line"><span class="at">${(part.at + from).toString(16).padStart(4, '0')}</span><span
      class="hex">${cells}</span><span class="text" aria-hidden="true">${letters}</span></div>`;
  }
}
customElements.define('hex-view', HexView);
