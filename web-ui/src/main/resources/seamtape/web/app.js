// Fills the document by its address.
import './recordings-page.js';
import './explorer-page.js';
import './diff-page.js';
import './state-page.js';
import './shape-page.js';

const PAGES = [
  [/^\/$/, () => document.createElement('recordings-page')],
  [/^\/r\/([^/]+)$/, (id) => Object.assign(document.createElement('explorer-page'), {recordingId: id})],
  [/^\/r\/([^/]+)\/state$/, (id) => Object.assign(document.createElement('state-page'), {recordingId: id})],
  [/^\/r\/([^/]+)\/shape$/, (id) => Object.assign(document.createElement('shape-page'), {recordingId: id})],
  [/^\/diff\/([^/]+)\/([^/]+)$/, (a, b) => Object.assign(document.createElement('diff-page'), {a, b})],
];

const missing = () => {
  const box = document.createElement('p');
  box.className = 'missing';
  const link = Object.assign(document.createElement('a'), {href: '/', textContent: 'All recordings'});
  box.append('There is no page at this address. ', link);
  return box;
};

for (const [pattern, make] of PAGES) {
  const parts = location.pathname.match(pattern);
  if (parts) document.body.append(make(...parts.slice(1).map(encodeURIComponent)));
}
if (!document.body.childElementCount) document.body.append(missing());
