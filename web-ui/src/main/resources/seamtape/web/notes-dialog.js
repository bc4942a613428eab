// Bookmarks with their notes, and saved filters; both lie in notes.json beside the recording.
import {LitElement, html, css, nothing, controls} from './base.js';
import * as format from './format.js';
import {RULE_COLOURS} from './call-list.js';

class NotesDialog extends LitElement {
  static properties = {open: {type: Boolean, reflect: true}, notes: {}, filter: {}};

  static styles = [controls, css`
    dialog { width: min(620px, 94vw); max-height: 80vh; }
    h3 { font: 600 11.5px var(--sans); color: var(--muted); margin: 12px 0 4px; }
    ul { list-style: none; margin: 0; padding: 0; }
    li { display: flex; gap: 8px; align-items: center; border-bottom: 1px solid var(--line-soft); padding: 2px 0; }
    li .to { flex: 1; justify-content: flex-start; overflow: hidden; }
    li .text { overflow: hidden; text-overflow: ellipsis; unicode-bidi: isolate; }
    .swatch { width: 14px; height: 14px; border-radius: 3px; background: var(--hue); flex: none; }
    select { font: 13px var(--sans); height: 28px; border: 1px solid var(--line); border-radius: 5px; background: var(--bg); color: var(--text); }
    form.rule { align-items: center; } form.rule label { flex: 1; }
    form { display: flex; gap: 8px; margin-top: 8px; }
    input { flex: 1; height: 28px; border: 1px solid var(--line); border-radius: 5px; padding: 0 8px; background: var(--bg); color: var(--text); font: 13px var(--sans); }
  `];

  updated(changed) {
    for (const swatch of this.renderRoot.querySelectorAll('.swatch')) swatch.style.setProperty('--hue', `var(--${RULE_COLOURS[swatch.dataset.colour] ?? 'accent'})`);
    if (!changed.has('open')) return;
    const dialog = this.renderRoot.querySelector('dialog');
    if (this.open && !dialog.open) {
      dialog.showModal();
      (this.renderRoot.querySelector('dialog input') ?? dialog).focus();
    }
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

  colour(event) {
    event.preventDefault();
    const colour = event.target.colour.value;
    this.tell('keep', (notes) => { notes.colours = [...(notes.colours ?? []).filter((one) => one.filter !== this.filter), {filter: this.filter, colour}].slice(-8); });
  }

  rules() {
    const {colours = []} = this.notes ?? {};
    return html`<h3>Colour rules, the first that a call passes</h3>
      ${colours.length ? html`<ul>${colours.map((one) => html`<li><span class="swatch" data-colour=${one.colour}></span><span class="mono text to">${one.filter}</span><span class="muted">${one.colour}</span>
        <button class="plain" aria-label="Remove the colour of ${one.filter}" @click=${() => this.tell('keep', (notes) => { notes.colours = notes.colours.filter((other) => other.filter !== one.filter); })}>✕</button></li>`)}</ul>`
        : html`<p class="muted">None yet.${this.filter ? '' : ' Apply a filter to give its calls a colour.'}</p>`}
      ${this.filter ? html`<form class="rule" @submit=${this.colour}><label>Colour what passes now <select name="colour">${Object.keys(RULE_COLOURS).map((name) => html`<option>${name}</option>`)}</select></label><button>Colour</button></form>` : nothing}`;
  }

  render() {
    const {bookmarks, filters} = this.notes ?? {bookmarks: [], filters: []};
    return html`<dialog tabindex="-1" aria-label="Bookmarks and saved filters" @close=${() => { this.open = false; this.tell('closed'); }}>
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
      ${this.rules()}
    </dialog>`;
  }
}
customElements.define('notes-dialog', NotesDialog);
