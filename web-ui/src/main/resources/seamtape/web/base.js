// What every component shares: lit, the look of controls, the theme switch.
import {LitElement, html, css, nothing} from 'lit';
import {CONTROLS} from './look.js';

export {LitElement, html, css, nothing};

/** Besides the controls: what is chosen, a note above a page, and dialogs. */
export const controls = [CONTROLS, css`
  button[aria-pressed="true"] { background: var(--accent-soft); border-color: var(--accent); color: var(--accent); }
  table { border-collapse: collapse; width: 100%; }
  .band { flex: none; padding: 5px 12px; font-size: 12.5px; background: var(--warn-soft); color: var(--warn); border-bottom: 1px solid var(--line); }
  dialog { border: 1px solid var(--line); border-radius: 9px; background: var(--panel); color: var(--text); padding: 16px 18px; box-shadow: 0 18px 50px rgb(0 0 0 / .35); }
  dialog h2 { margin: 0 0 10px; font-size: 14px; display: flex; justify-content: space-between; align-items: center; }
  dialog:focus { outline: none; }
  dialog::backdrop { background: rgb(0 0 0 / .35); }
`];

export const logo = html`<svg viewBox="0 0 20 20" fill="none" stroke="currentColor"
  stroke-width="1.6" aria-hidden="true"><rect x="1.5" y="4" width="17" height="12" rx="2.5"/>
  <circle cx="7" cy="10" r="2.2"/><circle cx="13" cy="10" r="2.2"/><path d="M7 12.2h6"/></svg>`;

/**
 * Keeps a choice for the pages to come, which the server writes into them: a storage would have to be waited for before the first
 * paint. Where cookies are off it lasts as long as the page.
 */
export function remember(name, value) {
  document.cookie = `seamtape_${name}=${value}; path=/; max-age=31536000; samesite=strict`;
}

export const THEMES = ['auto', 'light', 'dark', 'contrast'];

function theme() {
  return document.documentElement.dataset.theme ?? 'auto';
}

/** From the system's theme to light, dark, high contrast, and back. */
export function nextTheme() {
  useTheme(THEMES[(THEMES.indexOf(theme()) + 1) % THEMES.length]);
}

export function useTheme(next) {
  if (next === 'auto') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = next;
  remember('theme', next);
  window.dispatchEvent(new Event('theme'));
}

/** The theme button and the sheet button, at the end of every page's bar. */
class PageButtons extends LitElement {
  static styles = [controls, css`:host { display: flex; gap: 2px; }`];

  connectedCallback() {
    super.connectedCallback();
    this.again = () => this.requestUpdate();
    window.addEventListener('theme', this.again);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    window.removeEventListener('theme', this.again);
  }

  render() {
    const sign = {auto: '◐', light: '○', dark: '●', contrast: '◑'}[theme()];
    return html`
      <button class="plain" id="theme" title="Theme: ${theme()}" aria-label="Theme: ${theme()}"
        @click=${nextTheme}>${sign}</button>
      <button class="plain" title="Keys (?)" aria-label="Keyboard shortcuts"
        @click=${() => window.dispatchEvent(new Event('sheet'))}>?</button>`;
  }
}
customElements.define('page-buttons', PageButtons);
