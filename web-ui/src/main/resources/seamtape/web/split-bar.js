// The divider between list and details: tells the share of the details, by pointer or arrow keys.
import {LitElement, css} from './base.js';

const LEAST = 12;
const MOST = 80;
const STEP = 24;

class SplitBar extends LitElement {
  static styles = css`
    :host { display: block; background: var(--bg); border-block: 1px solid var(--line); cursor: row-resize; position: relative; touch-action: none; }
    :host::after { content: ''; position: absolute; left: 50%; top: 1px; width: 36px; height: 3px; margin-left: -18px; border-radius: 2px; background: var(--line); }
    :host(:hover)::after, :host(:focus-visible)::after { background: var(--accent); }
  `;

  connectedCallback() {
    super.connectedCallback();
    this.tabIndex = 0;
    const roles = {role: 'separator', 'aria-orientation': 'horizontal', 'aria-label': 'Height of the details',
      'aria-valuemin': LEAST, 'aria-valuemax': MOST, 'aria-valuenow': 42};
    for (const [name, value] of Object.entries(roles)) this.setAttribute(name, value);
    this.addEventListener('pointerdown', this.hold);
    this.addEventListener('keydown', this.key);
  }

  to(y) {
    const around = this.parentElement.getBoundingClientRect();
    const share = Math.min(MOST, Math.max(LEAST, (around.bottom - y) / around.height * 100));
    this.setAttribute('aria-valuenow', Math.round(share));
    this.dispatchEvent(new CustomEvent('share', {detail: share}));
  }

  hold(down) {
    const move = (e) => this.to(e.clientY);
    this.setPointerCapture(down.pointerId);
    this.addEventListener('pointermove', move);
    this.addEventListener('pointerup', () => this.removeEventListener('pointermove', move), {once: true});
  }

  key(event) {
    const step = {ArrowUp: -STEP, ArrowDown: STEP}[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    this.to(this.getBoundingClientRect().top + step);
  }
}
customElements.define('split-bar', SplitBar);
