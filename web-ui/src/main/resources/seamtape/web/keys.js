// The one table of keys: handlers, the sheet and its texts come from it.

export const KEYS = {
  explorer: [
    ['Move', [
      ['j', 'down', 'Next call'], ['k', 'up', 'Previous call'],
      ['ArrowDown', 'down'], ['ArrowUp', 'up'],
      ['PageDown', 'pageDown', 'A page down'], ['PageUp', 'pageUp', 'A page up'],
      ['Home', 'home', 'First call'], ['End', 'end', 'Last call'],
      ['.', 'nextSameActor', 'Next call of the same actor'],
      [',', 'previousSameActor', 'Previous call of the same actor'],
      [']', 'child', 'First call nested in this one'], ['[', 'parent', 'The call this one is nested in'],
    ]],
    ['Find', [
      ['/', 'focusFilter', 'Filter; Enter applies, Esc goes back'],
      ['g', 'goTo', 'Go to an event, a time, 50%, end'],
      ['e', 'nextError', 'Next error'], ['E', 'previousError', 'Previous error'],
    ]],
    ['Look', [
      ['c', 'copyJson', 'Copy the call as JSON'], ['C', 'copyLink', 'Copy a link to this view'],
      ['T', 'theme', 'Theme: system, light, dark'], ['?', 'sheet', 'These keys'],
      ['Escape', 'escape', 'Close, or clear the filter'],
    ]],
  ],
  diff: [
    ['Move', [
      ['n', 'next', 'Next difference'], ['N', 'previous', 'Previous difference'],
      ['p', 'previous', 'Previous difference'],
      ['j', 'next'], ['k', 'previous'], ['ArrowDown', 'next'], ['ArrowUp', 'previous'],
      ['PageDown', 'pageDown', 'A page down'], ['PageUp', 'pageUp', 'A page up'],
      ['Home', 'home', 'First difference'], ['End', 'end', 'Last difference'],
      ['r', 'nextRoot', 'Next cause'], ['R', 'previousRoot', 'Previous cause'],
    ]],
    ['Look', [
      ['a', 'openA', 'Open the left call in its recording'],
      ['b', 'openB', 'Open the right call in its recording'],
      ['T', 'theme', 'Theme: system, light, dark'], ['?', 'sheet', 'These keys'],
      ['Escape', 'escape', 'Close'],
    ]],
  ],
  recordings: [
    ['Move', [
      ['j', 'down', 'Next recording'], ['k', 'up', 'Previous recording'],
      ['ArrowDown', 'down'], ['ArrowUp', 'up'],
      ['Enter', 'open', 'Open the recording'], ['x', 'select', 'Select for comparing'],
      ['d', 'compare', 'Compare the two selected'],
    ]],
    ['Look', [['T', 'theme', 'Theme: system, light, dark'], ['?', 'sheet', 'These keys'],
      ['Escape', 'escape', 'Close']]],
  ],
};

const typing = (target) =>
  target instanceof HTMLInputElement && target.type !== 'checkbox' ||
  target instanceof HTMLTextAreaElement;

/** Calls {@code page[action]()} for the keys of a page; returns what undoes it. */
export function listen(name, page) {
  const actions = new Map(KEYS[name].flatMap(([, rows]) => rows.map(([key, action]) => [key, action])));
  const handler = (event) => {
    const target = event.composedPath()[0];
    if (event.ctrlKey || event.metaKey || event.altKey || typing(target)) return;
    const action = actions.get(event.key);
    const dialogOpen = page.renderRoot.querySelector('call-dialog[open]');
    const pressed = event.key === 'Enter' && (target.tagName === 'BUTTON' || target.tagName === 'A');
    if (!action || dialogOpen || pressed || !page[action]) return;
    if (page[action]() !== false) event.preventDefault();
  };
  window.addEventListener('keydown', handler);
  return () => window.removeEventListener('keydown', handler);
}
