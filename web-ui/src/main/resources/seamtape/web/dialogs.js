// The two dialogs: where to go, and the sheet of keys.
import {LitElement, html, css, nothing, controls} from './base.js';
import {KEYS} from './keys.js';

/** Names of keys as they are told. */
export const SHOWN = {' ': 'Space', ArrowDown: '↓', ArrowUp: '↑', PageDown: 'PgDn', PageUp: 'PgUp', Escape: 'Esc', Delete: 'Del'};

/** A dialog that closes by Esc, by its button, and by a click beside it. */
class CallDialog extends LitElement {
  static properties = {open: {type: Boolean, reflect: true}, title: {}, page: {}, fault: {}, hint: {}, value: {}};

  static styles = [controls, css`
    dialog { min-width: 340px; }
    input { width: 100%; font: 14px var(--mono); height: 32px; border: 1px solid var(--line); border-radius: 6px; padding: 0 9px; background: var(--bg); color: var(--text); }
    input:focus { outline: 2px solid var(--accent); outline-offset: -1px; }
    .hint { color: var(--muted); font-size: 12px; margin: 8px 0 0; }
    .hint code { font: 12px var(--mono); color: var(--text); }
    .fault { color: var(--error); margin: 8px 0 0; }
    .sheet { columns: 2; column-gap: 34px; } .sheet section { break-inside: avoid; }
    @media (max-width: 700px) { .sheet { columns: 1; } dialog { min-width: 0; width: 94vw; } }
    h3 { font-size: 11.5px; text-transform: uppercase; letter-spacing: .06em; color: var(--muted); margin: 0 0 6px; font-weight: 600; }
    dl { display: grid; grid-template-columns: auto 1fr; gap: 5px 10px; margin: 0 0 10px; }
    dt { text-align: right; }
    dd { margin: 0; }
  `];

  updated(changed) {
    if (!changed.has('open')) return;
    const dialog = this.renderRoot.querySelector('dialog');
    if (this.open && !dialog.open) {
      dialog.showModal();
      const input = this.renderRoot.querySelector('input');
      if (input && this.value !== undefined) input.value = this.value;
      input?.select();
      input?.focus();
      if (!input) dialog.focus();
    } else if (!this.open && dialog.open) dialog.close();
  }

  closed() {
    this.open = false;
    this.dispatchEvent(new Event('closed'));
  }

  beside(event) {
    if (event.target.tagName === 'DIALOG') this.closed();
  }

  go(event) {
    if (event.key !== 'Enter') return;
    event.preventDefault();
    this.dispatchEvent(new CustomEvent('go', {detail: event.target.value.trim()}));
  }

  render() {
    return html`<dialog tabindex="-1" aria-label=${this.title ?? ''} @close=${this.closed} @click=${this.beside}>
      <h2>${this.title}<button class="plain" aria-label="Close" @click=${this.closed}>✕</button></h2>
      ${this.page ? this.sheet() : html`
        <input type="text" aria-label=${this.title ?? ''} spellcheck="false" autocomplete="off" @keydown=${this.go}>
        ${this.fault ? html`<p class="fault" role="alert">${this.fault}</p>` : nothing}
        <p class="hint">${this.hint}</p>`}
    </dialog>`;
  }

  sheet() {
    return html`<div class="sheet">${KEYS[this.page].map(([title, rows]) => {
      const told = rows.filter((row) => row[2]);
      return html`<section><h3>${title}</h3><dl>${told.map(([, action, text]) => html`
        <dt>${rows.filter((row) => row[1] === action).map(([key]) => html`<kbd>${SHOWN[key] ?? key}</kbd> `)}</dt>
        <dd>${text}</dd>`)}</dl></section>`;
    })}</div>`;
  }
}
customElements.define('call-dialog', CallDialog);
