// The keys of a page, wherever the focus is.
import {KEYS} from './keys.js';
import {openPalette} from './palette.js';

const typing = (target) =>
  target instanceof HTMLInputElement && target.type !== 'checkbox' ||
  target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;

/** A dialog that Esc has closed is closed, though its event is still to come. */
const isOpen = (root) => [...root.querySelectorAll('dialog, call-dialog, notes-dialog, make-dialog')]
  .some((one) => (one instanceof HTMLDialogElement ? one : one.renderRoot?.querySelector('dialog'))?.open);

/** Calls {@code page[action]()} for the keys of a page, once it is ready for them, and its sheet for the button; returns what undoes it. */
export function listen(name, page) {
  const actions = new Map(KEYS[name].flatMap(([, rows]) => rows.map(([key, action]) => [key, action])));
  const handler = (event) => {
    const target = event.composedPath()[0];
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
      event.preventDefault();
      openPalette(name, page);
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || typing(target)) return;
    const action = actions.get(event.key);
    const dialogOpen = isOpen(page.renderRoot) || document.querySelector('command-palette');
    const pressed = (event.key === 'Enter' || event.key === ' ') && (target.role === 'treeitem' || target.tagName === 'BUTTON' || target.tagName === 'A');
    if (!action || dialogOpen || pressed || !page[action] || (page.ready === false && action !== 'theme')) return;
    if (page[action]() !== false) event.preventDefault();
  };
  const sheet = () => page.sheet();
  window.addEventListener('keydown', handler);
  window.addEventListener('sheet', sheet);
  return () => {
    window.removeEventListener('keydown', handler);
    window.removeEventListener('sheet', sheet);
  };
}
