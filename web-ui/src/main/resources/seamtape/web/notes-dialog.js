// Bookmarks with their notes, and saved filters; both lie in notes.json beside the recording.
import {LitElement, html, css, nothing, controls} from './base.js';
import * as format from './format.js';

class NotesDialog extends LitElement {
  static properties = {open: {type: Boolean, reflect: true}, notes: {}, filter: {}};

  static styles = [controls, css`
    dialog { border: 1px solid var(--line); border-radius: 9px; background: var(--panel); color: var(--text); padding: 16px 18px; width: min(620px, 94vw); max-height: 80vh; box-shadow: 0 18px 50px rgb(0 0 0 / .35); }
    dialog::backdrop { background: rgb(0 0 0 / .35); }
    h2 { margin: 0 0 6px; font-size: 14px; display: flex; justify-content: space-between; align-items: center; }
    h3 { font: 600 11.5px var(--sans); color: var(--muted); margin: 12px 0 4px; }
    ul { list-style: none; margin: 0; padding: 0; }
    li { display: flex; gap: 8px; align-items: center; border-bottom: 1px solid var(--line-soft); padding: 2px 0; }
    li .to { flex: 1; justify-content: flex-start; overflow: hidden; }
    li .text { overflow: hidden; text-overflow: ellipsis; unicode-bidi: isolate; }
    form { display: flex; gap: 8px; margin-top: 8px; }
    input { flex: 1; height: 28px; border: 1px solid var(--line); border-radius: 5px; padding: 0 8px; background: var(--bg); color: var(--text); font: 13px var(--sans); }
  `];

  updated(changed) {
    if (!changed.has('open')) return;
    const dialog = this.renderRoot.querySelector('dialog');
    if (this.open && !dialog.open) dialog.showModal();
    else if (!this.open && dialog.open) dialog.close();
  }

  tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, {detail}));
  }

  save(event) {
    event.preventDefault();
    const name = event.target.name_.value.trim();
    if (name) this.tell('keep', (notes) => { notes.filters = [...notes.filters.filter((one) => one.name !== name), {name, filter: this.filter}]; });
  }

  render() {
    const {bookmarks, filters} = this.notes ?? {bookmarks: [], filters: []};
    return html`<dialog aria-label="Bookmarks and saved filters" @close=${() => { this.open = false; this.tell('closed'); }}>
      <h2>Bookmarks and saved filters<button class="plain" aria-label="Close" @click=${() => { this.open = false; this.tell('closed'); }}>✕</button></h2>
      <h3>Bookmarks</h3>
      ${bookmarks.length ? html`<ul>${bookmarks.map((one) => html`<li><button class="plain to" @click=${() => this.tell('jump', one.event)}><span class="mono">${format.count(one.event)}</span> <span class="text">${one.text}</span></button>
        <button class="plain" aria-label="Remove the bookmark at ${one.event}" @click=${() => this.tell('keep', (notes) => { notes.bookmarks = notes.bookmarks.filter((other) => other.event !== one.event); })}>✕</button></li>`)}</ul>`
        : html`<p class="muted">None yet. <kbd>m</kbd> bookmarks the selected call.</p>`}
      <h3>Saved filters</h3>
      ${filters.length ? html`<ul>${filters.map((one) => html`<li><button class="plain to" @click=${() => this.tell('filter', one.filter)}><b>${one.name}</b> <span class="mono text">${one.filter}</span></button>
        <button class="plain" aria-label="Remove the filter ${one.name}" @click=${() => this.tell('keep', (notes) => { notes.filters = notes.filters.filter((other) => other.name !== one.name); })}>✕</button></li>`)}</ul>`
        : html`<p class="muted">None yet.${this.filter ? '' : ' Apply a filter to save it.'}</p>`}
      ${this.filter ? html`<form @submit=${this.save}><input name="name_" type="text" aria-label="Name of the filter" placeholder="Name for: ${this.filter}"><button>Save this filter</button></form>` : nothing}
    </dialog>`;
  }
}
customElements.define('notes-dialog', NotesDialog);
